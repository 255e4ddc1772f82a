import { describe, expect, it } from 'vitest';
import { packages, sourceFiles } from './workspace.ts';

describe.each(packages)('$folder', ({ folder }) => {
  it('opens with what it does and what it leaves to others', () => {
    const door = sourceFiles.find(({ path }) => path === `${folder}/src/index.ts`);
    // `/** Sessions: opening, refreshing and ending signed-in time. Does not check factors; the caller has. */`
    expect(door?.text).toMatch(/^\/\*\*\s+(\*\s+)?[A-Z][\w' -]*: [\s\S]{20,}?\*\//);
  });

  it('has no other file called index', () => {
    const others = sourceFiles.filter(({ path }) => path.startsWith(`${folder}/`) && /\/index\.[a-z]+$/.test(path));
    expect(others.map(({ path }) => path)).toEqual([`${folder}/src/index.ts`]);
  });
});
