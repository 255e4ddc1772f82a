import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './workspace.ts';

type Entry = { version?: string; link?: boolean; resolved?: string; optionalDependencies?: Record<string, string> };

const lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Entry>;
};
const entries = Object.entries(lockfile.packages);

describe('package-lock.json', () => {
  // npm writes no entry for an optional platform package that its registry does not have, and then `npm ci` refuses the
  // whole file. Such an entry is added by hand: version, cpu, os, libc, `optional`.
  it('has an entry for every optional package of every platform', () => {
    const missing = entries.flatMap(([folder, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !foldersAbove(folder).some((above) => has(above, name))),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry: packages come from the one that is configured', () => {
    const named = entries.filter(([, { link, resolved }]) => !link && resolved !== undefined);
    expect(named.map(([folder]) => folder)).toEqual([]);
  });
});

function has(folder: string, name: string): boolean {
  return `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in lockfile.packages;
}

/** The folder itself and those above it, where Node looks for a package. */
function foldersAbove(folder: string): string[] {
  const parts = folder.split('/node_modules/');
  return ['', ...parts.map((_, index) => parts.slice(0, index + 1).join('/node_modules/'))];
}
