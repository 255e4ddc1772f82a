import { describe, expect, it } from 'vitest';
import { judge } from './verdict.mjs';

const green = { passed: 12, failed: 0, skipped: 0, skippedNames: [], faults: [] };
const skippedOne = { ...green, skipped: 1, skippedNames: ['tests/journeys/x.test.ts: loads a model'] };
const check = { name: 'types', passed: true };
const missing = { name: 'Chromium', reason: 'this system has no apt-get' };
const good = { requireAll: false, checks: [check], missing: [], run: { exitCode: 0, counts: green } };

describe('a whole run', () => {
  it('passes when everything did, and ends with the plain counts', () => {
    expect(judge(good)).toEqual({ lines: ['12 passed, 0 failed, 0 skipped'], exitCode: 0 });
  });

  it.each([
    ['a failed check', { ...good, checks: [{ name: 'types', passed: false }] }, 1, 'FAILED CHECK: types'],
    ['a failed test', { ...good, run: { exitCode: 1, counts: { ...green, failed: 2 } } }, 1, 'FAILED: 2 tests'],
    [
      'a file that does not load',
      { ...good, run: { exitCode: 1, counts: { ...green, faults: ['a.test.ts: no module'] } } },
      1,
      'FAILED outside a test: a.test.ts: no module',
    ],
    [
      'vitest ending badly for no known reason',
      { ...good, run: { exitCode: 9, counts: green } },
      1,
      'vitest ended with 9',
    ],
    ['a run that broke off', { ...good, run: { exitCode: 137, counts: undefined } }, 1, 'broke off (exit 137)'],
    ['no test at all', { ...good, run: { exitCode: 0, counts: { ...green, passed: 0 } } }, 1, 'no test was found'],
    ['tests that never ran', { ...good, run: undefined }, 1, 'the tests were not run'],
    ['a missing part', { ...good, missing: [missing] }, 0, 'SKIPPED PART: Chromium: this system has no apt-get'],
    [
      'a skipped test',
      { ...good, run: { exitCode: 0, counts: skippedOne } },
      0,
      'skipped test: tests/journeys/x.test.ts',
    ],
    [
      'a missing part where nothing may be skipped',
      { ...good, requireAll: true, missing: [missing], run: undefined },
      1,
      'MODELWARD_REQUIRE=all, and a part is missing',
    ],
    [
      'a skipped test where nothing may be skipped',
      { ...good, requireAll: true, run: { exitCode: 0, counts: skippedOne } },
      1,
      'MODELWARD_REQUIRE=all, and tests were skipped',
    ],
  ])('with %s', (_, facts, exitCode, line) => {
    const verdict = judge(facts);
    expect(verdict.exitCode).toBe(exitCode);
    expect(verdict.lines.join('\n')).toContain(line);
  });

  it('names twenty skipped tests and counts the others', () => {
    const skippedNames = Array.from({ length: 25 }, (_, index) => `test ${index}`);
    const { lines } = judge({ ...good, run: { exitCode: 0, counts: { ...green, skipped: 25, skippedNames } } });
    expect(lines).toHaveLength(22);
    expect(lines.slice(-2)).toEqual(['skipped test: and 5 more', '12 passed, 0 failed, 25 skipped']);
  });
});
