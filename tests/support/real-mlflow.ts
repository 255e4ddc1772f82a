import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Pool } from 'undici';

/** A Python that has the pinned MLflow; `npm test` brings it along. */
export const python = process.env.MODELWARD_TEST_PYTHON;

const quiet = { MLFLOW_DISABLE_TELEMETRY: 'true', GIT_PYTHON_REFRESH: 'quiet' };

export type RealMlflow = { readonly socket: string; readonly stop: () => Promise<void> };

/** A real MLflow server on a Unix socket in a folder that only this user may enter. */
export async function startRealMlflow(): Promise<RealMlflow> {
  if (python === undefined) throw new Error('MODELWARD_TEST_PYTHON is not set');
  const folder = mkdtempSync(join(tmpdir(), 'modelward-mlflow-'));
  const socket = join(folder, 'mlflow.sock');
  const options = [
    'server',
    '--backend-store-uri',
    `sqlite:///${folder}/mlflow.db`,
    '--artifacts-destination',
    `${folder}/artifacts`,
  ];
  const child = spawn(
    join(dirname(python), 'mlflow'),
    [...options, '--workers', '1', '--uvicorn-opts', `--uds ${socket}`],
    {
      env: { ...process.env, ...quiet },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that its workers end with it.
      detached: true,
    },
  );
  await answering(child, socket);
  return { socket, stop: () => stopGroup(child) };
}

async function answering(child: ChildProcess, socketPath: string): Promise<void> {
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (printed += part));
  const pool = new Pool('http://localhost', { socketPath });
  const deadline = Date.now() + 90_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const status = await pool.request({ method: 'GET', path: '/health' }).then(
      async ({ statusCode, body }) => body.dump().then(() => statusCode),
      () => 0,
    );
    if (status === 200) return pool.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await stopGroup(child);
  throw new Error(`MLflow did not begin to answer: ${printed}`);
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  process.kill(-child.pid, 'SIGTERM');
  await once(child, 'exit');
}

export type ClientRun = { readonly code: number | null; readonly output: string };

/** Runs a script with the real, unmodified MLflow client, told only where the server is and which token to use. */
export async function runClient(
  script: string,
  { trackingUri, token, args = [] }: { trackingUri: string; token: string; args?: string[] },
): Promise<ClientRun> {
  if (python === undefined) throw new Error('MODELWARD_TEST_PYTHON is not set');
  const child = spawn(python, [script, ...args], {
    env: { ...process.env, ...quiet, MLFLOW_TRACKING_URI: trackingUri, MLFLOW_TRACKING_TOKEN: token },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  const [code] = await once(child, 'exit');
  return { code: code as number | null, output };
}
