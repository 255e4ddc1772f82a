import { equalBytes, utf8 } from '@modelward/basics';
import { type ParsedAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts';
import { type Cosigning, cosign } from './cosignature.ts';
import { rootOf, type Sha256 } from './hashing.ts';
import { formatNote, type NoteSignature, type Verify, verifySignatures } from './note.ts';
import type { NoteKey } from './note-keys.ts';
import { verifyConsistency } from './proofs.ts';

/*
 * C2SP tlog-witness v1.0.0: what a witness answers, and what it remembers from then on. It remembers one checkpoint a log
 * and cosigns only what goes on from it, so no two people who ask for its cosignature can be shown two histories.
 */

/** What a witness holds of one log: the last checkpoint that it cosigned. */
export type Witnessed = {
  readonly size: number;
  readonly root: Uint8Array;
  /** With the log's signatures and the witness's own, and no others: what it shows to monitors. */
  readonly note: Uint8Array;
};

/** A log that a witness is set up for, found by the origin in the request. */
export type WitnessedLog = { readonly keys: readonly NoteKey[]; readonly last?: Witnessed | undefined };

export type WitnessAnswer = {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
};

export type WitnessStep = {
  readonly answer: WitnessAnswer;
  /** What is to be durable before the answer leaves. Absent when nothing changes. */
  readonly next?: Witnessed;
};

type Witness = Cosigning & { readonly verify: Verify; readonly nowSeconds: number };

/**
 * One `add-checkpoint`. The caller holds the log's state from reading `last` until `next` is durable: with two requests in
 * between each other, the slower one would put an older checkpoint back (tlog-witness spells the race out).
 */
export function witnessStep(
  body: Uint8Array,
  findLog: (origin: string) => WitnessedLog | undefined,
  witness: Witness,
): WitnessStep {
  const request = parseAddCheckpoint(body);
  if (request === undefined) return refuse(400, 'the request is not of the form of tlog-witness v1');
  const log = findLog(request.checkpoint.origin);
  if (log === undefined) return refuse(404, 'this witness does not know the origin');
  const signatures = verifySignatures(request.parsed, { ...witness, keys: log.keys });
  if (!signatures.ok)
    return refuse(403, 'the checkpoint is not signed by a key that this witness trusts for the origin');
  return refusalOf(request, log.last, witness.sha256) ?? grant(request, signatures.value, witness);
}

/** Whether old and new fit, then the proof: the order of the standard. */
function refusalOf(
  { checkpoint: { size, root }, oldSize, proof }: ParsedAddCheckpoint,
  last: Witnessed | undefined,
  sha256: Sha256,
): WitnessStep | undefined {
  if (oldSize > size) return refuse(400, 'the old size is larger than the checkpoint');
  const old = last ?? { size: 0, root: rootOf(sha256, []) };
  if (oldSize !== old.size || (size === old.size && !equalBytes(root, old.root))) return conflict(old.size);
  const isConsistent =
    oldSize === 0 || oldSize === size
      ? proof.length === 0
      : verifyConsistency(sha256, { oldSize, oldRoot: old.root, size, root, proof });
  return isConsistent
    ? undefined
    : refuse(422, 'the proof does not show that the checkpoint goes on from the last one');
}

function grant(
  { checkpoint: { size, root }, parsed: { text } }: ParsedAddCheckpoint,
  signatures: readonly NoteSignature[],
  witness: Witness,
): WitnessStep {
  const line = cosign(text, witness.nowSeconds, witness);
  return {
    answer: { status: 200, contentType: 'text/plain; charset=utf-8', body: line },
    // Lines of other signers were not verified, and are not kept.
    next: { size, root, note: utf8(formatNote({ text, signatures }) + line) },
  };
}

function conflict(size: number): WitnessStep {
  return { answer: { status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` } };
}

function refuse(status: 400 | 403 | 404 | 422, reason: string): WitnessStep {
  return { answer: { status, contentType: 'text/plain; charset=utf-8', body: `${reason}\n` } };
}
