import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../suite.ts';
import { run } from './run.ts';

const vectors = process.env.MODELWARD_VECTORS;
if (vectors === undefined) console.warn('SKIPPED tlog vectors: set MODELWARD_VECTORS to run them');

async function runAll(folder: string): Promise<readonly Case[]> {
  return Array.fromAsync(run(folder));
}

// Other people's vectors lie outside this repository; npm test says so when they are not there.
describe.skipIf(vectors === undefined)('the public tlog vectors', () => {
  const folder = join(vectors ?? '', 'tlog');
  let cases: readonly Case[];
  beforeAll(async () => {
    cases = await runAll(folder);
  });

  it('are all answered as they want it', () => {
    expect(cases.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it.each([
    ['merkle/testdata/inclusion/', 98],
    ['merkle/testdata/consistency/', 98],
    ['merkle/testdata/subtreeinclusion/', 204],
    ['merkle/testdata/subtreeconsistency/', 118],
    ['tessera/testdata/log/checkpoint', 17],
  ])('are all there: %s has %i', (prefix, count) => {
    expect(cases.filter(({ name }) => name.startsWith(prefix))).toHaveLength(count);
  });

  describe('changed', () => {
    const copy = mkdtempSync(join(tmpdir(), 'modelward-tlog-'));
    afterAll(() => rmSync(copy, { recursive: true }));

    it('are answered otherwise: a probe that wants the opposite, a file of no known form, a flipped bit', async () => {
      const probe = readFileSync(join(folder, 'merkle', 'testdata', 'inclusion', '1', 'happy-path.json'), 'utf8');
      mkdirSync(join(copy, 'probes'));
      writeFileSync(join(copy, 'probes', 'opposite.json'), probe.replace('"wantErr": false', '"wantErr": true'));
      writeFileSync(join(copy, 'probes', 'other.json'), '{"wantErr":false}');
      cpSync(join(folder, 'tessera', 'testdata', 'log'), join(copy, 'log'), { recursive: true });
      const tile = join(copy, 'log', 'tile', '0', '000.p', '15');
      const bytes = readFileSync(tile);
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      writeFileSync(tile, bytes);
      const failed = (await runAll(copy)).filter(({ problem }) => problem !== undefined).map(({ name }) => name);
      expect(failed).toEqual(['log/checkpoint.15', 'log/checkpoint', 'probes/opposite.json', 'probes/other.json']);
    });
  });
});
