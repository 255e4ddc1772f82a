import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromUtf8, toHex, utf8 } from '@modelward/basics';
import {
  formatWitnessKey,
  type NoteKey,
  parseCheckpoint,
  parseNote,
  type WitnessAnswer,
  type Witnessed,
  witnessStep,
} from '@modelward/merkle';
import { loadSigningKey, sha256, verifyEd25519 } from '../crypto.ts';
import { isMissing, makeFolder } from '../durable-files.ts';
import { replaceFile } from '../published-files.ts';

export type Witness = {
  /** What auditors verify its cosignatures with, in the form of C2SP tlog-cosignature. */
  readonly key: string;
  /** One `add-checkpoint`; what it answers is durable before it answers. */
  readonly addCheckpoint: (body: Uint8Array) => Promise<WitnessAnswer>;
  /** What it cosigned last of a log. */
  readonly lastOf: (origin: string) => Witnessed | undefined;
};

type Options = {
  /** Its key and, for each log, the last checkpoint that it cosigned. The caller holds it for this process alone. */
  readonly folder: string;
  readonly name: string;
  /** The keys of the logs that it cosigns. */
  readonly logs: readonly NoteKey[];
  readonly nowMs: () => number;
};

/** A C2SP tlog-witness with its own key and its own memory. */
export async function openWitness({ folder, name, logs, nowMs }: Options): Promise<Witness> {
  await makeFolder(stateFolder(folder));
  const isNew = (await readdir(stateFolder(folder))).length === 0;
  const { publicKey, sign } = loadSigningKey(keyFile(folder), { mayMake: isNew });
  const key = { name, publicKey };
  const origins = [...new Set(logs.map((log) => log.name))];
  const last = new Map<string, Witnessed>();
  for (const origin of origins) {
    const found = await readState(stateFile(folder, origin), origin);
    if (found !== undefined) last.set(origin, found);
  }
  const findLog = (origin: string) => {
    const keys = logs.filter((log) => log.name === origin);
    return keys.length === 0 ? undefined : { keys, last: last.get(origin) };
  };

  const step = async (body: Uint8Array): Promise<WitnessAnswer> => {
    const nowSeconds = Math.floor(nowMs() / 1000);
    const { answer, next } = witnessStep(body, findLog, { key, sign, sha256, verify: verifyEd25519, nowSeconds });
    if (next === undefined) return answer;
    const note = fromUtf8(next.note) ?? '';
    const origin = parseCheckpoint(note)?.origin ?? '';
    await replaceFile(stateFile(folder, origin), note);
    last.set(origin, next);
    return answer;
  };

  // INVARIANT: one at a time from the look at what is remembered until the next is durable. Two at once could put an
  // older checkpoint back (tlog-witness spells the race out).
  let turn: Promise<unknown> = Promise.resolve();
  return {
    key: formatWitnessKey(sha256, key),
    lastOf: (origin) => last.get(origin),
    addCheckpoint: (body) => {
      const answer = turn.then(() => step(body));
      turn = answer.catch(() => undefined);
      return answer;
    },
  };
}

/** The key of the witness that keeps its state here, or undefined where none ever did. */
export function readWitnessKey(folder: string, name: string): string | undefined {
  if (!existsSync(keyFile(folder))) return undefined;
  const { publicKey } = loadSigningKey(keyFile(folder), { mayMake: false });
  return formatWitnessKey(sha256, { name, publicKey });
}

const keyFile = (folder: string) => join(folder, 'witness-signing.pem');
const stateFolder = (folder: string) => join(folder, 'logs');
/** Named as monitors ask for it. */
export const stateName = (origin: string) => toHex(sha256(utf8(origin)));
const stateFile = (folder: string, origin: string) => join(stateFolder(folder), stateName(origin));

async function readState(file: string, origin: string): Promise<Witnessed | undefined> {
  const note = await readFile(file).catch((fault) => {
    if (isMissing(fault)) return undefined;
    throw fault;
  });
  if (note === undefined) return undefined;
  const parsed = parseNote(note);
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : undefined;
  if (checkpoint?.origin !== origin)
    throw new Error(
      `\`${file}\`, what the witness remembers of ${origin}, is damaged; put it back from a backup, or set up a new witness ` +
        'with a key and a folder of its own',
    );
  return { size: checkpoint.size, root: checkpoint.root, note };
}
