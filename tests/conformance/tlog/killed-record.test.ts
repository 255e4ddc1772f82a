import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { newPlace, open } from '../../../services/audit/src/testing/logs.ts';
import { fsck, hasVerifiers, sumdbCheck } from './go-verifiers.ts';

const writer = join(import.meta.dirname, '../../../services/audit/src/testing/append-until-killed.ts');
const place = newPlace();
afterAll(() => rmSync(dirname(place.folder), { recursive: true }));

/** Appends under load in a process of its own, which is killed after so many acknowledged entries. */
async function appendUntilKilled(name: string, afterEntries: number): Promise<void> {
  const child = spawn(process.execPath, [writer, place.folder, place.keyFolder, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged += line === 'open' ? 0 : 1;
    if (acknowledged >= afterEntries) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
}

// The verifiers need Go; npm test builds them and says so when it cannot.
describe.skipIf(!hasVerifiers)('the record of a process that was killed under load, ten times over', () => {
  it('is accepted by verifiers that are not ours, and goes on from a checkpoint of the first day', async () => {
    const keyFile = join(place.keyFolder, 'for-auditors');
    const kept = join(place.keyFolder, 'kept-checkpoint');
    for (let round = 0; round < 10; round += 1) {
      await appendUntilKilled(`r${round}`, 40 + round * 31);
      if (round > 0) continue;
      // What an auditor takes home on the first day: the key, and the checkpoint as it is after a clean stop.
      const record = await open(place);
      await record.close();
      writeFileSync(keyFile, record.verifierKey);
      writeFileSync(kept, readFileSync(join(place.folder, 'checkpoint')));
    }
    await (await open(place)).close();
    expect(fsck(place.folder, keyFile)).toBe(true);
    expect(sumdbCheck(place.folder, keyFile, ['-old', kept])).toBe(true);
  });
});
