import { existsSync } from 'node:fs';
import { output } from './output.mjs';

/** @type {Promise<unknown>} One at a time: apt holds a lock. */
let last = Promise.resolve();
/** @type {Promise<string | undefined> | undefined} */
let updated;

/**
 * Installs Debian packages where that is allowed. Answers with why it could not, or nothing.
 *
 * @param {readonly string[]} packages
 * @returns {Promise<string | undefined>}
 */
export function installPackages(packages) {
  const installation = last.then(() => install(packages));
  last = installation;
  return installation;
}

/** @param {readonly string[]} packages */
async function install(packages) {
  const byHand = `install ${packages.map((name) => `\`${name}\``).join(' and ')} by hand`;
  if (!existsSync('/usr/bin/apt-get')) return `this system has no apt-get; ${byHand}`;
  if (process.getuid?.() !== 0) return `apt-get needs root; run \`sudo apt-get install ${packages.join(' ')}\``;
  updated ??= aptGet(['update']);
  const flaw = (await updated) ?? (await aptGet(['install', '--yes', '--no-install-recommends', ...packages]));
  return flaw === undefined ? undefined : `${flaw}; ${byHand}`;
}

/** @param {readonly string[]} options */
async function aptGet(options) {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const patience = ['-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::https::Timeout=20'];
  const ran = await output('apt-get', ['-q', ...patience, ...options], { env: environment });
  if (ran.code === 0) return undefined;
  return `\`apt-get ${options[0]}\` failed (${lastLine(ran.text)})`;
}

/** @param {string} text */
export function lastLine(text) {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
