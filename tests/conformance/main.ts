import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunSuite } from './suite.ts';

/*
 * `npm run conformance -- SUITE FOLDER`: runs a folder of public test vectors, of any age and any size, and prints what failed
 * and `N passed, N failed`. tests/README.md says where the suites come from. `npm run conformance -- cedar-fuzz CASES [SEED]`
 * makes its cases itself and asks Cedar's own engine what is right.
 */

const suites: Record<string, () => Promise<{ run: RunSuite }>> = {
  cedar: () => import('./cedar/run.ts'),
  tlog: () => import('./tlog/run.ts'),
};

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', folder = '', ...more]: readonly string[]): Promise<number> {
  if (name === 'cedar-fuzz') return (await import('./cedar-fuzz/run.ts')).run(folder, more[0]);
  const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (suite === undefined || folder === '')
    return fail(`usage: npm run conformance -- SUITE FOLDER; suites: ${Object.keys(suites).join(', ')}`);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return fail(`\`${folder}\` is not a folder`);
  const { run } = await suite();
  let [passed, failed] = [0, 0];
  for await (const { name: testName, problem } of run(resolve(folder))) {
    if (problem === undefined) passed += 1;
    else {
      failed += 1;
      console.log(`FAILED ${testName}: ${problem}`);
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  if (passed + failed === 0) return fail(`\`${folder}\` holds no tests of this suite`);
  return failed === 0 ? 0 : 1;
}

function fail(reason: string): number {
  console.error(reason);
  return 1;
}
