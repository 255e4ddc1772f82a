import { concatBytes, fromBase64, fromUtf8, ok, type Result, refused, toBase64, utf8 } from '@modelward/basics';
import type { Checkpoint } from './checkpoint.ts';
import { type Cosignature, readCosignatures } from './cosignature.ts';
import { hashBytes, leafHash } from './hashing.ts';
import { describeLogFlaw, type LogFlaw } from './log-flaws.ts';
import type { NoteKey } from './note-keys.ts';
import { type CheckpointTrust, openCheckpoint } from './open-checkpoint.ts';
import { mostProofHashes, verifyInclusion } from './proofs.ts';

/* C2SP tlog-proof: one entry's inclusion proof and the checkpoint it leads to, in a file that is verified offline. */

const firstLine = 'c2sp.org/tlog-proof@v1';
const largestProofBytes = 1024 * 1024;

export type TlogProof = {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The checkpoint with its signatures, as the log and its witnesses gave it. */
  readonly checkpoint: Uint8Array;
  /** Carried along and covered by nothing: never to be believed for being here. */
  readonly extra?: Uint8Array;
};

export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): Uint8Array {
  const head = [firstLine, ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`];
  return concatBytes(utf8(`${[...head, ...hashes.map(toBase64)].join('\n')}\n\n`), checkpoint);
}

/** A proof file in its parts, or undefined when it is not of the form. Nothing in it is verified yet. */
export function parseTlogProof(file: Uint8Array): TlogProof | undefined {
  const text = file.length > largestProofBytes ? undefined : fromUtf8(file);
  const split = text?.indexOf('\n\n') ?? -1;
  if (text === undefined || split < 0) return undefined;
  const [first, ...lines] = text.slice(0, split).split('\n');
  if (first !== firstLine) return undefined;
  const extraText = lines[0]?.startsWith('extra ') ? lines.shift()?.slice('extra '.length) : undefined;
  const extra = extraText === undefined ? undefined : fromBase64(extraText);
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  const hashes = lines.map(fromBase64).filter((hash) => hash?.length === hashBytes) as Uint8Array[];
  if (index === undefined || !Number.isSafeInteger(Number(index))) return undefined;
  if (hashes.length !== lines.length || hashes.length > mostProofHashes) return undefined;
  if (extraText !== undefined && extra === undefined) return undefined;
  const checkpoint = utf8(text.slice(split + 2));
  return { index: Number(index), hashes, checkpoint, ...(extra && { extra }) };
}

export type TlogProofFlaw =
  | LogFlaw
  | { readonly reason: 'proof-malformed' }
  | { readonly reason: 'proof-does-not-lead' };

export type ProvenInclusion = {
  readonly index: number;
  readonly checkpoint: Checkpoint;
  /** Of the witnesses that were asked for. Whether they are enough is the auditor's policy. */
  readonly cosignatures: readonly Cosignature[];
};

/** Verifies a proof file for an entry in hand: the log's signature, the path to the root, and who has cosigned it. */
export function verifyTlogProof({
  file,
  entry,
  witnesses = [],
  ...trust
}: CheckpointTrust & {
  readonly file: Uint8Array;
  readonly entry: Uint8Array;
  readonly witnesses?: readonly NoteKey[];
}): Result<ProvenInclusion, TlogProofFlaw> {
  const proof = parseTlogProof(file);
  if (proof === undefined) return refused({ reason: 'proof-malformed' });
  const opened = openCheckpoint(proof.checkpoint, trust);
  if (!opened.ok) return opened;
  const { checkpoint, note } = opened.value;
  const leaf = leafHash(trust.sha256, entry);
  if (!verifyInclusion(trust.sha256, { ...checkpoint, leaf, index: proof.index, proof: proof.hashes }))
    return refused({ reason: 'proof-does-not-lead' });
  const cosignatures = readCosignatures(note, { ...trust, witnesses });
  if (!cosignatures.ok) return refused({ reason: cosignatures.reason });
  return ok({ index: proof.index, checkpoint, cosignatures: cosignatures.value });
}

export function describeTlogProofFlaw(flaw: TlogProofFlaw): string {
  if (flaw.reason === 'proof-malformed') return `the proof is not of the form \`${firstLine}\``;
  if (flaw.reason === 'proof-does-not-lead')
    return 'the proof does not lead from this entry to the root that the checkpoint signs: one of them was changed';
  return describeLogFlaw(flaw);
}
