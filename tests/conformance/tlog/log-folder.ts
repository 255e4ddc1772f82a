import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Checkpoint,
  describeLogFlaw,
  describeTlogProofFlaw,
  openCheckpoint,
  proveConsistency,
  proveEntry,
  type ReadLogFile,
  verifyConsistency,
  verifyLog,
  verifyTlogProof,
} from '@modelward/merkle';
import { sha256, verify } from '../../../core/merkle/src/testing/ed25519.ts';
import type { Case } from '../suite.ts';

/* A complete tile log in a folder, with the checkpoints that it has had: `checkpoint`, `checkpoint.0`, `checkpoint.1`, ... */

/** Keys of logs that do not bring theirs as `verifier-key`. From Tessera's testdata/README (Apache-2.0). */
const knownKeys: Record<string, string> = {
  'example.com/log/testdata': 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
};

type Log = { readonly read: ReadLogFile; readonly verifierKey: string };

export async function* runLog(folder: string, name: string): AsyncGenerator<Case> {
  const verifierKey = findKey(folder);
  if (verifierKey === undefined)
    return yield { name, problem: 'there is no file `verifier-key` beside the checkpoint' };
  const log = { read: readerOf(folder), verifierKey };
  let previous: Checkpoint | undefined;
  for (const file of checkpointFiles(folder)) {
    const note = readFileSync(join(folder, file));
    const opened = openCheckpoint(note, { verifierKey, sha256, verify });
    const problem = opened.ok
      ? (sizeProblem(file, opened.value.checkpoint) ??
        (await wholeProblem(log, note)) ??
        (await growthProblem(log, note, opened.value.checkpoint, previous)) ??
        (await entriesProblem(log, note, opened.value.checkpoint)))
      : describeLogFlaw(opened.reason);
    yield problem === undefined ? { name: `${name}/${file}` } : { name: `${name}/${file}`, problem };
    if (opened.ok) previous = opened.value.checkpoint;
  }
}

function findKey(folder: string): string | undefined {
  const file = join(folder, 'verifier-key');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  return knownKeys[readFileSync(join(folder, 'checkpoint'), 'utf8').split('\n')[0] ?? ''];
}

function readerOf(folder: string): ReadLogFile {
  return async (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path)) : undefined);
}

/** In the order in which they were signed; the current one last. */
function checkpointFiles(folder: string): readonly string[] {
  const numbered = readdirSync(folder).filter((name) => /^checkpoint\.\d+$/.test(name));
  return [...numbered.toSorted((a, b) => sizeIn(a) - sizeIn(b)), 'checkpoint'];
}

function sizeIn(file: string): number {
  return Number(file.split('.')[1]);
}

function sizeProblem(file: string, { size }: Checkpoint): string | undefined {
  return file === 'checkpoint' || sizeIn(file) === size ? undefined : `is of size ${size}`;
}

async function wholeProblem({ read, verifierKey }: Log, note: Uint8Array): Promise<string | undefined> {
  const whole = await verifyLog({ read: withCheckpoint(read, note), verifierKey, sha256, verify });
  return whole.ok ? undefined : describeLogFlaw(whole.reason);
}

/** That it goes on from the checkpoint before: by the log's tiles, and by a consistency proof alone. */
async function growthProblem(
  { read, verifierKey }: Log,
  note: Uint8Array,
  { size, root }: Checkpoint,
  trusted: Checkpoint | undefined,
): Promise<string | undefined> {
  if (trusted === undefined) return undefined;
  const grown = await verifyLog({ read: withCheckpoint(read, note), verifierKey, sha256, verify, trusted });
  if (!grown.ok) return describeLogFlaw(grown.reason);
  const proof = await proveConsistency({ read, sha256, oldSize: trusted.size, size });
  if (!proof.ok) return describeLogFlaw(proof.reason);
  if (trusted.size === 0) return undefined;
  const { size: oldSize, root: oldRoot } = trusted;
  const isProven = verifyConsistency(sha256, { oldSize, oldRoot, size, root, proof: proof.value });
  return isProven ? undefined : `the consistency proof from ${oldSize} does not verify`;
}

/** That every entry has a proof file that verifies offline. */
async function entriesProblem(
  { read, verifierKey }: Log,
  checkpoint: Uint8Array,
  { size }: Checkpoint,
): Promise<string | undefined> {
  for (let index = 0; index < size; index += 1) {
    const proven = await proveEntry({ read, verifierKey, sha256, verify, index, checkpoint });
    if (!proven.ok) return `entry ${index}: ${describeLogFlaw(proven.reason)}`;
    const { entry, proof } = proven.value;
    const verified = verifyTlogProof({ file: proof, entry, verifierKey, sha256, verify });
    if (!verified.ok) return `entry ${index}: ${describeTlogProofFlaw(verified.reason)}`;
  }
  return undefined;
}

function withCheckpoint(read: ReadLogFile, note: Uint8Array): ReadLogFile {
  return async (path) => (path === 'checkpoint' ? note : read(path));
}
