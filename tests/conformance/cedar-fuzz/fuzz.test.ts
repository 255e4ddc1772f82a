import { describe, expect, it } from 'vitest';
import { fuzz } from './differential.ts';
import { plants } from './plants.ts';

/* The seed changes nothing that is asserted; another one, and any number of cases: `npm run conformance -- cedar-fuzz CASES SEED`. */
const seed = 4;

describe('the compiled engine', () => {
  it('decides 20,000 random cases as Cedar does, with the same reasons and errors', () => {
    const { cases, allowed, differences, coverage } = fuzz({ seed, cases: 20_000 });
    console.log(coverage.lines().join('\n'));
    console.log(`${cases} cases, ${allowed} of them allowed`);
    expect(differences.slice(0, 1)).toEqual([]);
    expect(allowed).toBeGreaterThan(cases / 4);
    expect(allowed).toBeLessThan((cases * 3) / 4);
    // What was never reached, or always came out the same way, was not compared.
    const twoWays = ['and', 'or', '!', '==', '!=', '<', '<=', '>', '>=', 'in', 'is', 'is in', 'has', 'has a.b', 'like'];
    const sets = ['contains', 'containsAll', 'containsAny', 'isEmpty', 'hasTag', 'isInRange()', 'lessThan()'];
    for (const kind of [...twoWays, ...sets]) {
      expect({ kind, true: coverage.count(kind, 'true') > 20 }).toEqual({ kind, true: true });
      expect({ kind, false: coverage.count(kind, 'false') > 20 }).toEqual({ kind, false: true });
    }
    for (const kind of [
      'and',
      '<',
      '+',
      '-',
      '*',
      'neg',
      'in',
      'attribute',
      'getTag',
      'contains',
      'ip()',
      'offset()',
    ]) {
      expect({ kind, error: coverage.count(kind, 'error') > 0 }).toEqual({ kind, error: true });
    }
  });

  it.each(Object.entries(plants))('is found out within 4,000 cases when %s', (_, plant) => {
    const { differences } = fuzz({ seed, cases: 4000, plant, stopAtFirst: true });
    expect(differences).toHaveLength(1);
  });
});
