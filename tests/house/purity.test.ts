import { describe, expect, it } from 'vitest';
import { codeOf, importsOf, isTest, packages, sourcesOf } from './workspace.ts';

/** What a pure function cannot ask for: the moment, chance, the process, the network. `now` and the like are passed in. */
const impure: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bTemporal\.Now\b/],
  ['chance', /\bMath\.random\b|\bcrypto\.(getRandomValues|randomUUID|generateKey)\b/],
  ['the process', /\bprocess\s*\./],
  ['the network', /\bfetch\s*\(|\bnew WebSocket\b/],
  ['a timer', /\b(setTimeout|setInterval|setImmediate)\s*\(/],
  ['the console', /\bconsole\s*\./],
];

const core = packages.filter(({ floor }) => floor === 'core');

describe.each(core)('$folder is pure', (house) => {
  const sources = sourcesOf(house).filter((file) => !isTest(file));

  it('imports nothing that only Node has', () => {
    const wrong = sources.filter((file) => importsOf(file).some((name) => name.startsWith('node:')));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it.each(impure)('does not ask for %s', (_, pattern) => {
    expect(sources.filter((file) => pattern.test(codeOf(file))).map(({ path }) => path)).toEqual([]);
  });
});
