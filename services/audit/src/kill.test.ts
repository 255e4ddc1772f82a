import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { newPlace, type Place, reopened } from './testing/logs.ts';

const script = fileURLToPath(import.meta.resolve('./testing/append-until-killed.ts'));

/** What one process was acknowledged before it was killed: index and request. */
async function appendUntilKilled(place: Place, name: string, afterEntries: number): Promise<Map<number, string>> {
  const child = spawn(process.execPath, [script, place.folder, place.keyFolder, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const acknowledged = new Map<number, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [index = '', id] = line.split(' ');
    if (id !== undefined) acknowledged.set(Number(index), id);
    if (acknowledged.size >= afterEntries) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return acknowledged;
}

describe('a process that is killed under load, ten times over', () => {
  it('leaves a log in which every acknowledged entry is at its place, none twice, and which verifies', async () => {
    const place = newPlace();
    const acknowledged = new Map<number, string>();
    for (let round = 0; round < 10; round += 1) {
      // Different lengths, so that the kills come at different moments of publishing and of changing segments.
      for (const [index, id] of await appendUntilKilled(place, `r${round}`, 60 + round * 67)) {
        expect(acknowledged.has(index)).toBe(false);
        acknowledged.set(index, id);
      }
    }
    const entries = await reopened(place);
    for (const [index, id] of acknowledged) expect(entries[index]).toMatchObject({ requestId: `req_${id}` });
    const ids = entries.flatMap((entry) => (entry.type === 'decision' ? [entry.requestId] : []));
    expect(new Set(ids).size).toBe(ids.length);
    const settled = entries.flatMap((entry) => ('of' in entry ? [entry.of] : []));
    const allowed = entries.flatMap((entry, index) => (entry.type === 'decision' ? [index] : []));
    expect([...settled].sort((a = 0, b = 0) => a - b)).toEqual(allowed);
  }, 120_000);
});
