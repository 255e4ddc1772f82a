import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { installPackages, lastLine } from './apt.mjs';
import { findCommand, output } from './output.mjs';

/** @type {import('./part.mjs').Part} */
export const postgres = { name: 'PostgreSQL', variable: 'MODELWARD_TEST_POSTGRES', provide };

const oldestMajor = 15;
const readyWithinMs = 30_000;
const user = 'modelward';
// A test's database lives for a second: what a crash would lose is not worth waiting for.
const hurried = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];

/**
 * A server of our own, on a free port of the loopback address, with a password that only this run knows.
 *
 * @returns {Promise<import('./part.mjs').Provided>}
 */
async function provide() {
  let programs = await findPrograms();
  if (programs === undefined) {
    const reason = await installPackages(['postgresql']);
    if (reason !== undefined) return { ok: false, reason };
    programs = await findPrograms();
  }
  if (programs === undefined) {
    return { ok: false, reason: `installed, but no \`initdb\` of PostgreSQL ${oldestMajor} or newer was found` };
  }
  const owner = await ownerOfServer();
  if (!owner.ok) return owner;
  const folder = mkdtempSync(join(tmpdir(), 'modelward-postgres-'));
  try {
    return await start({ programs, folder, identity: owner.value });
  } catch (fault) {
    rmSync(folder, { recursive: true, force: true });
    throw fault;
  }
}

/** The folder with `initdb` and `postgres`: Debian keeps them off PATH, one folder a major version. */
async function findPrograms() {
  const debian = '/usr/lib/postgresql';
  const majors = listFolder(debian)
    .map(Number)
    .filter((major) => major >= oldestMajor);
  if (majors.length > 0) return join(debian, String(Math.max(...majors)), 'bin');
  const initdb = await findCommand(['initdb']);
  return initdb === undefined ? undefined : dirname(initdb);
}

/** @param {string} folder */
function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** PostgreSQL refuses to run as root, so there it runs as the user that its package made. */
async function ownerOfServer() {
  if (process.getuid?.() !== 0) return { ok: /** @type {const} */ (true), value: {} };
  const [uid, gid] = await Promise.all(['-u', '-g'].map((which) => output('id', [which, 'postgres'])));
  if (uid?.code !== 0 || gid?.code !== 0) {
    return {
      ok: /** @type {const} */ (false),
      reason: 'there is no user `postgres` to run it as; add one, or run the tests as a user who is not root',
    };
  }
  return { ok: /** @type {const} */ (true), value: { uid: Number(uid.text), gid: Number(gid.text) } };
}

/**
 * @param {{ programs: string, folder: string, identity: { uid?: number, gid?: number } }} options
 * @returns {Promise<import('./part.mjs').Provided>}
 */
async function start({ programs, folder, identity }) {
  const password = randomBytes(24).toString('base64url');
  const data = join(folder, 'data');
  await initialise({ programs, folder, data, password, identity });
  const port = await freePort();
  const listening = ['-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, ...listening, '-c', 'max_connections=200', ...hurried],
    {
      ...identity,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      // Out of this terminal's group: Ctrl-C stops the tests first, and then they stop it.
      detached: true,
    },
  );
  let log = '';
  server.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-10_000);
  });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    server.once('error', () => resolve());
    server.once('exit', () => resolve());
  });
  const stop = async () => {
    // SIGINT is its fast shutdown: open connections are cut off.
    server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await isReady({ programs, port, ended }))) {
    await stop();
    return { ok: false, reason: `\`postgres\` did not start (${lastLine(log)})` };
  }
  const url = `postgres://${user}:${password}@127.0.0.1:${port}/postgres`;
  return { ok: true, value: url, note: `${programs}, port ${port}`, stop };
}

/** @param {{ programs: string, folder: string, data: string, password: string, identity: { uid?: number, gid?: number } }} options */
async function initialise({ programs, folder, data, password, identity }) {
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, identity.uid, identity.gid);
  }
  const access = [`--username=${user}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const options = ['-D', data, ...access, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
  const made = await output(join(programs, 'initdb'), options, { ...identity, cwd: folder });
  if (made.code !== 0) throw new Error(`\`initdb\` failed (${lastLine(made.text)})`);
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** @param {{ programs: string, port: number, ended: Promise<void> }} options */
async function isReady({ programs, port, ended }) {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const deadlineMs = Date.now() + readyWithinMs;
  while (!hasEnded && Date.now() < deadlineMs) {
    const asked = await output(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port)]);
    if (asked.code === 0) return true;
    await wait(50);
  }
  return false;
}
