/**
 * What a whole run of `npm test` amounts to. Pure: the runner gathers the facts and prints the lines.
 *
 * @typedef {{ passed: number, failed: number, skipped: number, skippedNames: readonly string[], faults: readonly string[] }} Counts
 *   `faults` are errors outside any test
 * @typedef {{ name: string, passed: boolean }} Check
 * @typedef {{ name: string, reason: string }} MissingPart
 * @typedef {{
 *   requireAll: boolean,
 *   checks: readonly Check[],
 *   missing: readonly MissingPart[],
 *   run: { exitCode: number, counts: Counts | undefined } | undefined,
 * }} Facts  `run` is undefined when the tests were not started, its counts when the run broke off
 * @typedef {{ lines: string[], exitCode: number }} Verdict
 */

const mostNames = 20;

/** @param {readonly MissingPart[]} missing */
export function describeMissing(missing) {
  return missing.map(({ name, reason }) => `SKIPPED PART: ${name}: ${reason}`);
}

/**
 * @param {Facts} facts
 * @returns {Verdict}
 */
export function judge(facts) {
  const { requireAll, checks, missing, run } = facts;
  const failures = checks.filter(({ passed }) => !passed).map(({ name }) => `FAILED CHECK: ${name}`);
  if (requireAll && missing.length > 0) failures.push('FAILED: MODELWARD_REQUIRE=all, and a part is missing');
  if (run === undefined) failures.push('FAILED: the tests were not run');
  else failures.push(...judgeRun(run, requireAll));
  const skipped = requireAll ? [] : namesOf('skipped test', run?.counts?.skippedNames ?? []);
  const lines = [...describeMissing(missing), ...skipped, ...failures];
  const counts = run?.counts;
  if (counts !== undefined) lines.push(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return { lines, exitCode: failures.length === 0 ? 0 : 1 };
}

/**
 * @param {NonNullable<Facts['run']>} run
 * @param {boolean} requireAll
 */
function judgeRun({ exitCode, counts }, requireAll) {
  if (counts === undefined) return [`FAILED: the test run broke off (exit ${exitCode})`];
  const failures = counts.faults.map((fault) => `FAILED outside a test: ${fault}`);
  if (counts.failed > 0) failures.push(`FAILED: ${counts.failed} tests`);
  if (counts.passed + counts.failed + counts.skipped === 0) failures.push('FAILED: no test was found');
  if (requireAll && counts.skipped > 0) {
    failures.push('FAILED: MODELWARD_REQUIRE=all, and tests were skipped');
    failures.push(...namesOf('skipped test', counts.skippedNames));
  }
  if (exitCode !== 0 && failures.length === 0) failures.push(`FAILED: vitest ended with ${exitCode}`);
  return failures;
}

/**
 * @param {string} what
 * @param {readonly string[]} names
 */
function namesOf(what, names) {
  const lines = names.slice(0, mostNames).map((name) => `${what}: ${name}`);
  return names.length > mostNames ? [...lines, `${what}: and ${names.length - mostNames} more`] : lines;
}
