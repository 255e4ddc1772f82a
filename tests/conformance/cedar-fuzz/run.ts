import { fuzz } from './differential.ts';

/** Any number of cases, from any seed: the first differences in full, how each kind of expression went, the counts. */
export function run(casesText: string, seedText = '1'): number {
  const [cases, seed] = [Number(casesText), Number(seedText)];
  if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
    console.error('usage: npm run conformance -- cedar-fuzz CASES [SEED]');
    return 1;
  }
  const { allowed, differences, coverage } = fuzz({ cases, seed });
  for (const difference of differences.slice(0, 3)) console.log(`DIFFERS ${JSON.stringify(difference, undefined, 2)}`);
  console.log(coverage.lines().join('\n'));
  console.log(`seed ${seed}: ${allowed} of ${cases} cases allowed`);
  console.log(`${cases - differences.length} passed, ${differences.length} failed`);
  return differences.length === 0 ? 0 : 1;
}
