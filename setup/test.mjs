// Every check and every test, on Node 24 (setup/run.mjs sees to that). Real parts are installed while the checks run.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';
import { chromium } from './parts/chromium.mjs';
import { goVerifiersFrom } from './parts/go-verifiers.mjs';
import { mlflowIn } from './parts/mlflow.mjs';
import { opaFrontFrom } from './parts/opa-front.mjs';
import { interruptRunning, output } from './parts/output.mjs';
import { providePart } from './parts/part.mjs';
import { postgres } from './parts/postgres.mjs';
import { describeMissing, judge } from './verdict.mjs';

/**
 * @typedef {{ name: string, command: string, options: string[] }} CheckToRun
 * @typedef {import('./parts/part.mjs').PartOutcome} PartOutcome
 * @typedef {import('./verdict.mjs').Check} Check
 */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const startedMs = Date.now();
const filters = process.argv.slice(2);
const requireAll = process.env.MODELWARD_REQUIRE === 'all';
let interrupted = false;

/** A log file is not a terminal, whatever the tools take it for. */
const inColour = process.stdout.isTTY === true;

/** @type {CheckToRun[]} */
const checks = [
  {
    name: 'format and lint',
    command: 'biome',
    options: ['ci', '--error-on-warnings', `--colors=${inColour ? 'force' : 'off'}`, '.'],
  },
  { name: 'types', command: 'tsc', options: ['-p', '.'] },
  { name: 'unused code', command: 'knip', options: ['--no-progress'] },
];

const kept = join(root, '.parts');
const realParts = [
  postgres,
  chromium,
  mlflowIn(join(kept, 'mlflow-3.17.2')),
  goVerifiersFrom({ source: join(root, 'tests', 'conformance', 'tlog', 'sumdb-check'), parts: kept }),
  opaFrontFrom({ source: join(root, 'tests', 'conformance', 'authzen', 'opa-front'), parts: kept }),
];

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.exitCode = await main();

async function main() {
  console.log(`checks and tests on Node ${process.versions.node}${requireAll ? ', nothing may be skipped' : ''}`);
  const providing = Promise.all(realParts.map(providePart));
  const checked = await runChecks();
  const parts = await providing;
  try {
    return await testAgainst(parts, checked);
  } finally {
    await Promise.all(parts.map(({ provided }) => (provided.ok ? provided.stop?.() : undefined)));
  }
}

/** One after the other: each uses every core. All of them run, so that one run shows everything there is to mend. */
async function runChecks() {
  /** @type {Check[]} */
  const results = [];
  // With a filter somebody is in the middle of one thing; what is not tidy yet can wait.
  const due = filters.length > 0 ? checks.filter(({ name }) => name === 'types') : checks;
  for (const check of due) {
    if (interrupted) break;
    const beganMs = Date.now();
    const { code, text } = await output(check.command, check.options, { cwd: root });
    console.log(`check: ${check.name}: ${code === 0 ? 'ok' : 'FAILED'} (${secondsSince(beganMs)} s)`);
    if (code !== 0) console.log(text.trimEnd());
    results.push({ name: check.name, passed: code === 0 });
  }
  return results;
}

/**
 * @param {readonly PartOutcome[]} parts
 * @param {readonly Check[]} checked
 */
async function testAgainst(parts, checked) {
  const missing = listMissing(parts);
  const vectors = findVectors();
  if (!vectors.ok) missing.push({ name: 'public test vectors', reason: vectors.reason });
  for (const { part, provided, seconds } of parts) {
    if (provided.ok) console.log(`part: ${part.name}: ${provided.note} (${seconds.toFixed(1)} s)`);
  }
  for (const line of describeMissing(missing)) console.log(line);
  const mayRun = !interrupted && !(requireAll && missing.length > 0);
  const run = mayRun ? await runTests(environmentFor(parts, vectors)) : undefined;
  const verdict = judge({ requireAll, checks: checked, missing, run });
  console.log(`\ntotal: ${secondsSince(startedMs)} s`);
  for (const line of verdict.lines) console.log(line);
  return verdict.exitCode;
}

/** @param {readonly PartOutcome[]} parts */
function listMissing(parts) {
  return parts.flatMap(({ part, provided }) => (provided.ok ? [] : [{ name: part.name, reason: provided.reason }]));
}

/** @returns {{ ok: true, folder: string } | { ok: false, reason: string }} */
function findVectors() {
  const given = process.env.MODELWARD_VECTORS;
  if (!given) return { ok: false, reason: 'MODELWARD_VECTORS is not set; tests/README.md says where they come from' };
  const folder = resolve(root, given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return { ok: true, folder };
  return { ok: false, reason: `MODELWARD_VECTORS names \`${given}\`, which is not a folder` };
}

/**
 * @param {readonly PartOutcome[]} parts
 * @param {ReturnType<typeof findVectors>} vectors
 */
function environmentFor(parts, vectors) {
  const environment = { ...process.env };
  delete environment.MODELWARD_VECTORS;
  if (vectors.ok) environment.MODELWARD_VECTORS = vectors.folder;
  for (const { part, provided } of parts) if (provided.ok) environment[part.variable] = provided.value;
  return environment;
}

/** @param {NodeJS.ProcessEnv} environment */
async function runTests(environment) {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-counts-'));
  const countsFile = join(folder, 'counts.json');
  const reporters = ['--reporter=default', `--reporter=${join(root, 'setup', 'test-counts.mjs')}`];
  try {
    const beganMs = Date.now();
    const colour = inColour ? [] : ['--no-color'];
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const exitCode = await runChild(process.execPath, [vitest, 'run', ...colour, ...reporters, ...filters], {
      cwd: root,
      env: { ...environment, MODELWARD_TEST_COUNTS: countsFile },
    });
    console.log(`tests: ${secondsSince(beganMs)} s`);
    return { exitCode, counts: readCounts(countsFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file
 * @returns {import('./verdict.mjs').Counts | undefined}
 */
function readCounts(file) {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  return JSON.parse(readFileSync(file, 'utf8'));
}

function interrupt() {
  interrupted = true;
  interruptRunning();
}

/** @param {number} sinceMs */
function secondsSince(sinceMs) {
  return ((Date.now() - sinceMs) / 1000).toFixed(1);
}
