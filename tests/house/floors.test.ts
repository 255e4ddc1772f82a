import { dirname, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  importsOf,
  isTest,
  packageNamed,
  packages,
  sourceFiles,
  sourcesOf,
  type WorkspacePackage,
} from './workspace.ts';

/** The one service that other services may import: connections and transactions, which belong to nobody. */
const storage = '@modelward/storage';
const databaseDrivers = [
  'pg',
  'postgres',
  'sqlite3',
  'better-sqlite3',
  'node:sqlite',
  'mysql2',
  '@electric-sql/pglite',
];

function ourDependencies({ dependencies }: WorkspacePackage): WorkspacePackage[] {
  return dependencies.flatMap((name) => packageNamed(name) ?? []);
}

function isBelow(upper: WorkspacePackage, lower: WorkspacePackage): boolean {
  if (upper.floor === 'core') return lower.floor === 'core';
  if (upper.floor === 'services') return lower.floor === 'core' || (lower.name === storage && upper.name !== storage);
  // Wiring may build on wiring: the command line carries the server. Circles are refused below.
  return true;
}

describe.each(packages)('$folder', (house) => {
  it('depends only on what is below it', () => {
    const wrong = ourDependencies(house).filter((lower) => !isBelow(house, lower));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('declares every package of ours that it imports', () => {
    const imported = sourcesOf(house).flatMap((file) =>
      importsOf(file)
        .filter((name) => name === 'modelward' || name.startsWith('@modelward/'))
        // Tests build on the tests' own support, which the root package declares.
        .filter((name) => !(isTest(file) && name === storage))
        .map((name) => ({ file: file.path, name })),
    );
    expect(imported.filter(({ name }) => name !== house.name && !house.dependencies.includes(name))).toEqual([]);
  });

  it('imports other packages by their one door', () => {
    const pastTheDoor = /^(@modelward\/[^/]+|modelward)\/./;
    const wrong = sourcesOf(house).filter((file) => importsOf(file).some((name) => pastTheDoor.test(name)));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('keeps what is for tests out of what runs', () => {
    const wrong = sourcesOf(house).filter((file) => !isTest(file) && importsOf(file).some(isForTests));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('stays inside its folder with relative imports', () => {
    const wrong = sourcesOf(house).flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => posix.join(dirname(file.path), name))
        .filter((target) => !target.startsWith(`${house.folder}/`) && !mayLeave(file.path, target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

function isForTests(name: string): boolean {
  return /(^|\/)testing\//.test(name) || ['vitest', 'fast-check'].includes(name);
}

/** Tests may use the tests' support; a launcher, which runs before there is a Node 24, may use the set-up. */
function mayLeave(from: string, target: string): boolean {
  if (/\.test\.tsx?$|\/src\/testing\//.test(from)) return target.startsWith('tests/support/');
  return /^apps\/[^/]+\/bin\//.test(from) && target.startsWith('setup/');
}

describe('the house', () => {
  it('has no circle among its packages', () => {
    const circles = packages.filter((house) => reachable(house).has(house.name));
    expect(circles.map(({ name }) => name)).toEqual([]);
  });

  it('has one package with a database driver', () => {
    const holders = packages.filter(({ dependencies }) => databaseDrivers.some((name) => dependencies.includes(name)));
    expect(holders.map(({ name }) => name)).toEqual([storage]);
    const importers = sourceFiles
      .filter((file) => !file.path.startsWith('tests/') && !isTest(file))
      .filter((file) => importsOf(file).some((name) => databaseDrivers.includes(name)))
      .map(({ path }) => path.split('/').slice(0, 2).join('/'));
    expect([...new Set(importers)]).toEqual(['services/storage']);
  });
});

function reachable(start: WorkspacePackage): Set<string> {
  const seen = new Set<string>();
  const waiting = ourDependencies(start);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.name)) continue;
    seen.add(next.name);
    waiting.push(...ourDependencies(next));
  }
  return seen;
}
