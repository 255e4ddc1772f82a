import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLine } from './apt.mjs';
import { findCommand, output } from './output.mjs';

/**
 * @typedef {{
 *   name: string,
 *   variable: string,
 *   source: string,
 *   parts: string,
 *   folder: string,
 *   packages: string[],
 *   oldestMinor: number,
 * }} GoProgram
 */

/**
 * Programs built with Go from pinned sources, whose hashes stand in go.sum. Kept between runs below `parts`, and built anew
 * when the sources change.
 *
 * @param {GoProgram} program
 * @returns {import('./part.mjs').Part}
 */
export function goProgram(program) {
  const { name, variable, source, parts, folder } = program;
  return { name, variable, provide: () => provide(program, join(parts, `${folder}-${digestOf(source)}`)) };
}

/** @param {string} source */
function digestOf(source) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(source, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {GoProgram} program
 * @param {string} folder
 * @returns {Promise<import('./part.mjs').Provided>}
 */
async function provide({ source, packages, oldestMinor }, folder) {
  const stampFile = join(folder, '.modelward-built');
  if (existsSync(stampFile)) return { ok: true, value: folder, note: folder };
  // Debian's own Go is older than what is needed, so there is nothing to install in its place.
  const go = await findCommand(['go', '/usr/local/go/bin/go']);
  if (go === undefined)
    return { ok: false, reason: `there is no \`go\` on PATH; install Go 1.${oldestMinor} or newer` };
  // The Go that is there, and not another one that it would fetch.
  const environment = { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
  const version = (await output(go, ['env', 'GOVERSION'], { env: environment })).text.trim();
  if (!isNewEnough(version, oldestMinor))
    return { ok: false, reason: `\`${go}\` is ${version}; install Go 1.${oldestMinor} or newer` };
  rmSync(folder, { recursive: true, force: true });
  const options = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', `${folder}/`, ...packages];
  const built = await output(go, options, { cwd: source, env: environment });
  if (built.code !== 0) {
    const reason = `\`go build\` failed (${lastLine(built.text)}); check that Go's module proxy can be reached`;
    return { ok: false, reason };
  }
  writeFileSync(stampFile, `${version}\n`);
  return { ok: true, value: folder, note: `${folder}, built now with ${version}` };
}

/**
 * @param {string} version such as `go1.26.8`
 * @param {number} oldestMinor
 */
function isNewEnough(version, oldestMinor) {
  const found = /^go1\.(\d+)/.exec(version);
  return found !== null && Number(found[1]) >= oldestMinor;
}
