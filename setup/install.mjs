import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ ok: true } | { ok: false, reason: string }} Installed
 * @typedef {(root: string) => Promise<string | undefined>} Install says why it failed, or nothing
 */

/**
 * Brings node_modules to what package-lock.json says, and does nothing (and needs no network) when it is there already.
 * The stamp is written last and npm deletes it first, so that an interrupted installation is always done again.
 *
 * @param {string} root
 * @param {Install} install
 * @returns {Promise<Installed>}
 */
export async function installWorkspace(root, install = npmCi) {
  const stampFile = join(root, 'node_modules', '.modelward-installed');
  const wanted = stampOf(root);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return { ok: true };
  const reason = await install(root);
  if (reason !== undefined) {
    const next =
      'check that the npm registry can be reached (`npm ping`, or a proxy in `npm config`), then run this again';
    return { ok: false, reason: `modelward: \`npm ci\` failed (${reason}); ${next}` };
  }
  writeFileSync(stampFile, wanted);
  return { ok: true };
}

/**
 * The platform is part of it: a folder that is shared with a container holds the other one's binaries.
 *
 * @param {string} root
 */
function stampOf(root) {
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform} ${process.arch}\n`;
}

/** @type {Install} */
function npmCi(root) {
  console.log('modelward: installing what package-lock.json names (npm ci, once; about 10 s with a warm network)');
  // --include=dev: with NODE_ENV=production npm would leave out the optional Node and the development tools.
  const options = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error'];
  const npm = npmCommand();
  return new Promise((resolve) => {
    const child = spawn(npm.command, [...npm.before, ...options], { cwd: root, stdio: 'inherit', shell: npm.shell });
    child.on('error', (fault) => resolve(fault.message));
    child.on('exit', (code, signal) => resolve(code === 0 ? undefined : `exit ${signal ?? code}`));
  });
}

/** The npm that started us when there is one, so that no second version is mixed in. */
function npmCommand() {
  const script = process.env.npm_execpath ?? '';
  if (script.endsWith('npm-cli.js')) return { command: process.execPath, before: [script], shell: false };
  // On Windows npm is a .cmd file, which only a shell can start; the arguments are the constants above.
  return { command: 'npm', before: [], shell: process.platform === 'win32' };
}
