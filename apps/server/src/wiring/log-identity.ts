import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { toBase64 } from '@modelward/basics';
import type { Checkpoint } from '@modelward/merkle';
import { logIdentityFile } from './folders.ts';

/** The log's own name, and the log that it continues after a restore. */
export type LogIdentity = {
  readonly origin: string;
  readonly previous?: { readonly origin: string; readonly size: number; readonly root: string };
};

export function readLogIdentity(dataFolder: string): LogIdentity | undefined {
  try {
    return JSON.parse(readFileSync(logIdentityFile(dataFolder), 'utf8')) as LogIdentity;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

/** A new log gets an origin that no other log ever had. */
export function ensureLogIdentity(dataFolder: string): LogIdentity {
  return readLogIdentity(dataFolder) ?? writeLogIdentity(dataFolder, { origin: newOrigin() });
}

/** After a restore: a new origin, citing what is known last of the old log. */
export function startNewLog(dataFolder: string, { origin, size, root }: Checkpoint): LogIdentity {
  return writeLogIdentity(dataFolder, { origin: newOrigin(), previous: { origin, size, root: toBase64(root) } });
}

function writeLogIdentity(dataFolder: string, identity: LogIdentity): LogIdentity {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  writeFileSync(logIdentityFile(dataFolder), `${JSON.stringify(identity)}\n`, { mode: 0o600 });
  return identity;
}

function newOrigin(): string {
  return `modelward/${randomBytes(8).toString('hex')}`;
}
