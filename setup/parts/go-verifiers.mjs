import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLine } from './apt.mjs';
import { findCommand, output } from './output.mjs';

const oldestMinor = 25;
const tesseraChecker = 'github.com/transparency-dev/tessera/cmd/fsck';

/**
 * Verifiers of the record that are not ours: Tessera's fsck, and a small program on golang.org/x/mod/sumdb. Built with Go
 * from pinned sources, whose hashes stand in go.sum. Kept between runs, and built anew when the sources change.
 *
 * @param {{ source: string, parts: string }} folders
 * @returns {import('./part.mjs').Part}
 */
export function goVerifiersFrom({ source, parts }) {
  return {
    name: 'independent log verifiers (Go)',
    variable: 'MODELWARD_TEST_TLOG_VERIFIERS',
    provide: () => provide(source, join(parts, `tlog-verifiers-${digestOf(source)}`)),
  };
}

/** @param {string} source */
function digestOf(source) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(source, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {string} source
 * @param {string} folder
 * @returns {Promise<import('./part.mjs').Provided>}
 */
async function provide(source, folder) {
  const stampFile = join(folder, '.modelward-built');
  if (existsSync(stampFile)) return { ok: true, value: folder, note: folder };
  // Debian's own Go is older than what the verifiers need, so there is nothing to install in its place.
  const go = await findCommand(['go', '/usr/local/go/bin/go']);
  if (go === undefined)
    return { ok: false, reason: `there is no \`go\` on PATH; install Go 1.${oldestMinor} or newer` };
  // The Go that is there, and not another one that it would fetch.
  const environment = { ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
  const version = (await output(go, ['env', 'GOVERSION'], { env: environment })).text.trim();
  if (!isNewEnough(version))
    return { ok: false, reason: `\`${go}\` is ${version}; install Go 1.${oldestMinor} or newer` };
  rmSync(folder, { recursive: true, force: true });
  const options = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', `${folder}/`, '.', tesseraChecker];
  const built = await output(go, options, { cwd: source, env: environment });
  if (built.code !== 0) {
    const reason = `\`go build\` failed (${lastLine(built.text)}); check that Go's module proxy can be reached`;
    return { ok: false, reason };
  }
  writeFileSync(stampFile, `${version}\n`);
  return { ok: true, value: folder, note: `${folder}, built now with ${version}` };
}

/** @param {string} version such as `go1.26.8` */
function isNewEnough(version) {
  const found = /^go1\.(\d+)/.exec(version);
  return found !== null && Number(found[1]) >= oldestMinor;
}
