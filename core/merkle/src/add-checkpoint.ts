import { concatBytes, fromBase64, fromUtf8, toBase64, utf8 } from '@modelward/basics';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { hashBytes } from './hashing.ts';
import { largestNoteBytes, type ParsedNote, parseNote } from './note.ts';
import { mostProofHashes } from './proofs.ts';

/* C2SP tlog-witness v1.0.0: the body of `POST add-checkpoint`, with which a log asks a witness to cosign. */

/** Room for `old N`, a line for each hash, and a blank one. */
export const largestAddCheckpointBytes = largestNoteBytes + 4096;

export type AddCheckpoint = {
  /** The size of the last checkpoint that the log believes the witness to have cosigned. */
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  /** The signed checkpoint, as published. */
  readonly note: Uint8Array;
};

export type ParsedAddCheckpoint = AddCheckpoint & { readonly checkpoint: Checkpoint; readonly parsed: ParsedNote };

export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): Uint8Array {
  return concatBytes(utf8(`${[`old ${oldSize}`, ...proof.map(toBase64)].join('\n')}\n\n`), note);
}

/** The request in its parts, or undefined when it is not of the form. No signature is verified yet. */
export function parseAddCheckpoint(body: Uint8Array): ParsedAddCheckpoint | undefined {
  const text = body.length > largestAddCheckpointBytes ? undefined : fromUtf8(body);
  const split = text?.indexOf('\n\n') ?? -1;
  if (text === undefined || split < 0) return undefined;
  const [first = '', ...lines] = text.slice(0, split).split('\n');
  const oldSize = Number(/^old (0|[1-9]\d{0,15})$/.exec(first)?.[1] ?? Number.NaN);
  const proof = lines.map(fromBase64).filter((hash) => hash?.length === hashBytes) as Uint8Array[];
  if (!Number.isSafeInteger(oldSize) || proof.length !== lines.length || proof.length > mostProofHashes)
    return undefined;
  const note = utf8(text.slice(split + 2));
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined;
  return parsed.ok && checkpoint ? { oldSize, proof, note, checkpoint, parsed: parsed.value } : undefined;
}
