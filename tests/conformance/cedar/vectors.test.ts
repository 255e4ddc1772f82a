import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Case } from '../suite.ts';
import { run } from './run.ts';

const vectors = process.env.MODELWARD_VECTORS;
if (vectors === undefined) console.warn('SKIPPED cedar vectors: set MODELWARD_VECTORS to run them');

async function runAll(folder: string): Promise<readonly Case[]> {
  return Array.fromAsync(run(folder));
}

// Other people's vectors lie outside this repository; npm test says so when they are not there.
describe.skipIf(vectors === undefined)('the public cedar vectors', () => {
  const folder = join(vectors ?? '', 'cedar');
  let cases: readonly Case[];
  beforeAll(async () => {
    cases = await runAll(folder);
  });

  it('are all decided as Cedar decides them, for the same reasons and with the same errors', () => {
    expect(cases.filter(({ problem }) => problem !== undefined)).toEqual([]);
  });

  it.each([
    ['tests/', 74],
    ['corpus-part.tar.gz/', 20_056],
  ])('are all there: %s has %i requests', (prefix, count) => {
    expect(cases.filter(({ name }) => name.startsWith(prefix))).toHaveLength(count);
  });

  describe('changed', () => {
    const copy = mkdtempSync(join(tmpdir(), 'modelward-cedar-test-'));
    afterAll(() => rmSync(copy, { recursive: true }));

    it('are found out: another decision, a reason too few, an error too many, a file that is no test', async () => {
      cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.tar.gz') });
      const change = (name: string, from: RegExp, to: string) => {
        const text = readFileSync(join(folder, 'tests', name), 'utf8');
        writeFileSync(join(copy, 'tests', name), text.replace(from, to));
        expect(text).toMatch(from);
      };
      change('multi/1.json', /"decision": "allow"/, '"decision": "deny"');
      change('multi/2.json', /"reason": \[\s*"policy0"\s*\]/, '"reason": []');
      change('ip/3.json', /"errors": \[\]/, '"errors": ["policy0"]');
      writeFileSync(join(copy, 'tests', 'other.json'), '{}');
      const failed = (await runAll(copy)).filter(({ problem }) => problem !== undefined).map(({ name }) => name);
      expect(failed.map((name) => name.split(' ')[0])).toEqual([
        'tests/ip/3.json',
        'tests/multi/1.json',
        'tests/multi/2.json',
        'tests/other.json',
      ]);
    });
  });
});
