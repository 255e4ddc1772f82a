import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Every file that is loaded before anything is installed, with what it imports. */
function importsFrom(file: URL, seen = new Map<string, string[]>()): Map<string, string[]> {
  if (seen.has(file.href)) return seen;
  const names = [...readFileSync(file, 'utf8').matchAll(/^import .* from '([^']+)'/gm)].map((match) => match[1] ?? '');
  seen.set(file.href, names);
  for (const name of names) if (name.startsWith('.')) importsFrom(new URL(name, file), seen);
  return seen;
}

describe('the first thing that runs', () => {
  it.each(['./run.mjs', '../apps/cli/bin/modelward.mjs'])('%s needs nothing that is not in Node itself', (entry) => {
    const files = importsFrom(new URL(entry, import.meta.url));
    expect(files.size).toBeGreaterThan(1);
    expect([...files.values()].flat().filter((name) => !/^(\.|node:)/.test(name))).toEqual([]);
    // import.meta.dirname is newer than Node 18.
    const newer = [...files.keys()].filter((file) => /import\.meta\.dirname/.test(readFileSync(new URL(file), 'utf8')));
    expect(newer).toEqual([]);
  });

  it('names the commands there are', () => {
    const ran = spawnSync(process.execPath, [fileURLToPath(new URL('./run.mjs', import.meta.url)), 'strat']);
    expect([ran.status, String(ran.stderr)]).toEqual([
      1,
      'unknown command `strat`; use one of start, test, demo, bench, conformance\n',
    ]);
  });
});
