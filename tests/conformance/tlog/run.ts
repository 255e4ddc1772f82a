import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Case } from '../suite.ts';
import { runLog } from './log-folder.ts';
import { judgeProbe } from './probes.ts';

/** A folder of transparency-dev/merkle probes and of complete tile logs, however they are arranged below it. */
export async function* run(folder: string): AsyncGenerator<Case> {
  yield* runFolder(folder, folder);
}

async function* runFolder(root: string, folder: string): AsyncGenerator<Case> {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const isLog = entries.some(({ name }) => name === 'tile') && entries.some(({ name }) => name === 'checkpoint');
  if (isLog) return yield* runLog(folder, relative(root, folder));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* runFolder(root, path);
    else if (entry.name.endsWith('.json')) yield judged(relative(root, path), judgeProbe(readFileSync(path, 'utf8')));
  }
}

function judged(name: string, problem: string | undefined): Case {
  return problem === undefined ? { name } : { name, problem };
}
