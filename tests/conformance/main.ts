import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RunSuite } from './suite.ts';

/*
 * `npm run conformance -- SUITE FOLDER`: runs a folder of public test vectors, of any age and any size, and prints what failed
 * and `N passed, N failed`. tests/README.md says where the suites come from. `npm run conformance -- cedar-fuzz CASES [SEED]`
 * makes its cases itself and asks Cedar's own engine what is right.
 */

const suites: Record<string, () => Promise<{ run: RunSuite }>> = {
  // `-- authzen FILE [URL]`: against a decision point elsewhere, with MODELWARD_TOKEN as its credential.
  authzen: () => import('./authzen/run.ts'),
  cedar: () => import('./cedar/run.ts'),
  tlog: () => import('./tlog/run.ts'),
};

process.exitCode = await main(process.argv.slice(2));

async function main([name = '', folder = '', ...more]: readonly string[]): Promise<number> {
  if (name === 'cedar-fuzz') return (await import('./cedar-fuzz/run.ts')).run(folder, more[0]);
  const suite = Object.hasOwn(suites, name) ? suites[name] : undefined;
  if (suite === undefined || folder === '')
    return fail(`usage: npm run conformance -- SUITE FOLDER-OR-FILE; suites: ${Object.keys(suites).join(', ')}`);
  const found = statSync(folder, { throwIfNoEntry: false });
  const isOfForm = name === 'authzen' ? found?.isFile() : found?.isDirectory();
  if (isOfForm !== true) return fail(`\`${folder}\` is not a ${name === 'authzen' ? 'file' : 'folder'}`);
  const { run } = await suite();
  let [passed, failed] = [0, 0];
  for await (const { name: testName, problem } of run(resolve(folder), more[0])) {
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
