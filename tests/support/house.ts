import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverFlags, serverMemory } from '../../setup/node-24.mjs';
import { createControlClient } from './control-client.ts';
import { createSoftwarePasskey, type SoftwarePasskey } from './software-passkey.ts';

/** A whole Modelward in a process of its own, on free ports and a temporary folder: what `npm start` runs. */
export type House = {
  readonly controlUrl: string;
  readonly trackingUri: string;
  readonly folder: string;
  readonly process: ChildProcess;
  /** All that it printed so far. */
  readonly printed: () => string;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
};

type HouseOptions = {
  readonly folder?: string;
  /** The `upstream` of the MLflow interface as YAML, in one line; the built-in registry when it is absent. */
  readonly upstream?: string;
  readonly environment?: Record<string, string>;
};

const mainFile = join(import.meta.dirname, '..', '..', 'apps', 'server', 'src', 'main.mjs');

/** Starts a house and waits until it serves. Throws with what it printed when it ends instead. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'modelward-house-'));
  const [controlPort, mlflowPort] = [await freePort(), await freePort()];
  const controlUrl = `http://localhost:${controlPort}`;
  const trackingUri = `http://127.0.0.1:${mlflowPort}`;
  writeFileSync(join(folder, 'modelward.yaml'), configuration({ controlPort, mlflowPort, upstream: options.upstream }));
  const child = spawn(process.execPath, [...serverFlags, mainFile], {
    cwd: folder,
    env: { ...serverMemory, ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (printed += part));
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  await Promise.race([
    serving(controlUrl),
    exited.then((code) => {
      throw new Error(`the server ended with ${code}: ${printed}`);
    }),
  ]).catch((fault) => {
    child.kill('SIGKILL');
    throw fault;
  });
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  return { controlUrl, trackingUri, folder, process: child, printed: () => printed, stop };
}

function configuration({
  controlPort,
  mlflowPort,
  upstream,
}: {
  controlPort: number;
  mlflowPort: number;
  upstream?: string | undefined;
}) {
  const lines = ['control:', `  port: ${controlPort}`, 'mlflow:', `  port: ${mlflowPort}`];
  return [...lines, ...(upstream === undefined ? [] : [`  upstream: ${upstream}`]), ''].join('\n');
}

async function serving(controlUrl: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const alive = await fetch(`${controlUrl}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (alive) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the server did not begin to serve within 30 s');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** A house as whoever comes to its door and may read its files. */
export type Enterable = Pick<House, 'controlUrl' | 'folder'>;

export type Administrator = {
  readonly call: ReturnType<typeof createControlClient>;
  readonly secret: string;
  /** What they prove who they are with, besides the password. */
  readonly device: SoftwarePasskey;
  readonly recoveryCodes: readonly string[];
};

/** Of everybody who is made here. New with each run, so that a house that is left running has no password that is known. */
export const password = `a passphrase of this run: ${randomBytes(12).toString('base64url')}`;

/** Makes the first administrator with the secret that the server left, as its operator would. */
export async function enrolAdministrator(house: Enterable): Promise<Administrator> {
  const link = readFileSync(join(house.folder, 'data', 'first-administrator.txt'), 'utf8').trim();
  const secret = link.split('#first=')[1] ?? '';
  const { session } = await createControlClient(house.controlUrl)('enrolments.redeem', {
    secret,
    name: 'root',
    password,
  });
  return addFirstPasskey(house, session.secret);
}

/** The first factor of who has only just set a password: it makes their session a whole one. */
export async function addFirstPasskey(
  { controlUrl }: Pick<House, 'controlUrl'>,
  unfinished: string,
): Promise<Administrator> {
  const device = createSoftwarePasskey(controlUrl);
  const call = createControlClient(controlUrl, unfinished);
  const { options } = await call('passkeys.begin', {});
  const passkey = device.create(options as unknown as Parameters<typeof device.create>[0]);
  const { session, recoveryCodes = [] } = await call('passkeys.add', { name: 'laptop', passkey });
  if (session === undefined) throw new Error('the first factor has not made the session a whole one');
  return { call: createControlClient(controlUrl, session.secret), secret: session.secret, device, recoveryCodes };
}

/** A further passkey of somebody who has a second factor already, and a new session opened with it. */
export async function addPasskeyAndSignIn(house: Pick<House, 'controlUrl'>, secret: string) {
  const device = createSoftwarePasskey(house.controlUrl);
  const call = createControlClient(house.controlUrl, secret);
  const { options } = await call('passkeys.begin', {});
  const passkey = device.create(options as unknown as Parameters<typeof device.create>[0]);
  await call('passkeys.add', { name: 'another', passkey });
  return { call: createControlClient(house.controlUrl, await signInWithPasskey(house, { device })), device };
}

/** A new session of somebody, opened with their passkey. */
export async function signInWithPasskey(
  { controlUrl }: Pick<House, 'controlUrl'>,
  { device }: Pick<Administrator, 'device'>,
): Promise<string> {
  const call = createControlClient(controlUrl);
  const { options } = await call('passkey-sign-ins.begin', {});
  const { session } = await call('passkey-sign-ins.finish', { passkey: device.get(options, { origin: controlUrl }) });
  return session.secret;
}

export type Person = Administrator & { readonly name: string; readonly token: string; readonly tokenId: string };

/** Invites a person, who sets a password, is given roles (`['data-scientist', 'project:fraud']`) and makes a token. */
export async function addPerson(
  house: Pick<House, 'controlUrl'>,
  administrator: Administrator,
  {
    name,
    roles = [],
    scopes = ['*.*'],
  }: { name: string; roles?: readonly (readonly [string, string])[]; scopes?: string[] },
): Promise<Person> {
  const { invitation } = await administrator.call('people.add', { name });
  for (const [role, scope] of roles) await administrator.call('role-links.assign', { role, principal: name, scope });
  const { session } = await createControlClient(house.controlUrl)('enrolments.redeem', {
    secret: invitation.secret,
    password,
  });
  const whole = await addFirstPasskey(house, session.secret);
  const made = await whole.call('tokens.create', { label: 'mlflow', scopes });
  return { ...whole, name, token: made.secret, tokenId: made.token.id };
}
