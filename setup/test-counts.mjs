import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** A vitest reporter that writes the run's counts to the file named by MODELWARD_TEST_COUNTS, for setup/test.mjs. */
export default class TestCounts {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message: string }[]} faults errors outside any test
   */
  onTestRunEnd(modules, faults) {
    const file = process.env.MODELWARD_TEST_COUNTS;
    if (file === undefined) return;
    /** @type {{ passed: number, failed: number, skipped: number, skippedNames: string[], faults: string[] }} */
    const counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [], faults: faults.map(firstLine) };
    for (const module of modules) {
      const name = relative(process.cwd(), module.moduleId);
      // A file that does not load has no tests to count, and must not look like one that has none.
      for (const error of module.errors()) counts.faults.push(`${name}: ${firstLine(error)}`);
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) counts.faults.push(`${name}: ${suite.fullName}: ${firstLine(error)}`);
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed' || state === 'failed') {
          counts[state] += 1;
        } else {
          // What never ran because the run was interrupted was not passed either.
          counts.skipped += 1;
          counts.skippedNames.push(`${name}: ${test.fullName}`);
        }
      }
    }
    writeFileSync(file, JSON.stringify(counts));
  }
}

/** @param {{ message: string }} error */
function firstLine(error) {
  return error.message.split('\n')[0] ?? '';
}
