import { ok, type Result, refused } from '@modelward/basics';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { Sha256 } from './hashing.ts';
import type { LogFlaw } from './log-flaws.ts';
import { openParsed, type ParsedNote, parseNote, parseVerifierKey, type Verify } from './note.ts';

/** What an auditor brings to believe a log's checkpoint. */
export type CheckpointTrust = {
  /** `name+hash+key`, as the auditor knows it from elsewhere: a key that comes with the log proves nothing. */
  readonly verifierKey: string;
  readonly sha256: Sha256;
  readonly verify: Verify;
};

export type OpenedCheckpoint = { readonly checkpoint: Checkpoint; readonly note: ParsedNote };

/** A checkpoint that the log with this key has signed. The note comes along, for the cosignatures on it. */
export function openCheckpoint(
  bytes: Uint8Array,
  { verifierKey, sha256, verify }: CheckpointTrust,
): Result<OpenedCheckpoint, LogFlaw> {
  const key = parseVerifierKey(sha256, verifierKey);
  if (key === undefined) return refused({ reason: 'verifier-key' });
  const note = parseNote(bytes);
  if (!note.ok) return refused({ reason: note.reason });
  const text = openParsed(note.value, { keys: [key], verify, sha256 });
  if (!text.ok) return refused({ reason: text.reason });
  const checkpoint = parseCheckpoint(text.value);
  if (checkpoint === undefined) return refused({ reason: 'checkpoint-malformed' });
  return checkpoint.origin === key.name ? ok({ checkpoint, note: note.value }) : refused({ reason: 'other-origin' });
}
