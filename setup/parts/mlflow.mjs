import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages, lastLine } from './apt.mjs';
import { findCommand, output } from './output.mjs';

const pinned = 'mlflow==3.17.2';

/**
 * A Python of its own with the pinned MLflow, server and client. Kept between runs: 850 MB, about a minute to make.
 *
 * @param {string} folder
 * @returns {import('./part.mjs').Part}
 */
export function mlflowIn(folder) {
  return { name: `MLflow (${pinned})`, variable: 'MODELWARD_TEST_PYTHON', provide: () => provide(folder) };
}

/**
 * @param {string} folder
 * @returns {Promise<import('./part.mjs').Provided>}
 */
async function provide(folder) {
  const python = join(folder, 'bin', 'python');
  const stampFile = join(folder, '.modelward-installed');
  if (existsSync(stampFile)) return { ok: true, value: python, note: folder };
  // Without the stamp an earlier run was interrupted; what it left is not to be trusted.
  rmSync(folder, { recursive: true, force: true });
  const reason = (await makeEnvironment(folder)) ?? (await pipInstall(python));
  if (reason !== undefined) return { ok: false, reason };
  writeFileSync(stampFile, `${pinned}\n`);
  return { ok: true, value: python, note: `${folder}, made now` };
}

/** @param {string} folder */
async function makeEnvironment(folder) {
  if (!(await hasPython())) {
    const reason = await installPackages(['python3', 'python3-venv']);
    if (reason !== undefined) return reason;
  }
  const made = await output('python3', ['-m', 'venv', folder]);
  return made.code === 0 ? undefined : `\`python3 -m venv\` failed (${lastLine(made.text)})`;
}

/** Debian splits venv's pip off into a package of its own, so both are asked for. */
async function hasPython() {
  if ((await findCommand(['python3'])) === undefined) return false;
  const check = 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 10))';
  return (await output('python3', ['-c', check])).code === 0;
}

/** @param {string} python */
async function pipInstall(python) {
  const options = ['install', '--quiet', '--disable-pip-version-check', '--no-input', pinned];
  const installed = await output(python, ['-m', 'pip', ...options]);
  if (installed.code === 0) return undefined;
  return `\`pip install ${pinned}\` failed (${lastLine(installed.text)}); check that Python's package registry can be reached`;
}
