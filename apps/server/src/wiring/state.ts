import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAccess, readBundle } from '@modelward/access';
import { type AuditRecord, createPseudonyms, loadSecretKey, openRecord } from '@modelward/audit';
import { createIdentity } from '@modelward/identity';
import { createCedarEngine } from '@modelward/policy';
import { type Database, type FolderLock, lockFolder, openDatabase } from '@modelward/storage';
import type { Config } from '../config/load-config.ts';
import { databaseFile, policiesFolder, recordFolder } from './folders.ts';
import { newId } from './ids.ts';
import { ensureLogIdentity } from './log-identity.ts';

/** Takes the data folder for this process. Throws, in plain words, with who holds it. */
export function holdDataFolder(dataFolder: string, purpose: string): FolderLock {
  const lock = lockFolder(dataFolder, purpose, Date.now());
  if (lock.ok) return lock.value;
  const holder = lock.reason;
  const who =
    holder === undefined
      ? 'another process'
      : `${holder.purpose} (process ${holder.pid}, since ${new Date(holder.sinceMs).toISOString()})`;
  throw new Error(
    `\`${dataFolder}\` is in use by ${who}; one process may use a data folder: stop that one, or set \`dataFolder\``,
  );
}

/** The database of this configuration; `npx modelward` tools open it as the server does. */
export function openConfiguredDatabase(config: Config): Promise<Database> {
  if (config.storage.kind === 'postgres') return openDatabase(config.storage);
  return openDatabase({ kind: 'sqlite', file: databaseFile(config.dataFolder) });
}

/** The record of this data folder. A fault of its disk ends the process: nothing may be answered that is not recorded. */
export async function openConfiguredRecord(config: Config, onFault: (fault: unknown) => void): Promise<AuditRecord> {
  mkdirSync(config.keyFolder, { recursive: true, mode: 0o700 });
  return openRecord({
    folder: recordFolder(config.dataFolder),
    keyFolder: config.keyFolder,
    ...ensureLogIdentity(config.dataFolder),
    nowMs: Date.now,
    onFault,
  });
}

/** Everything that has state, opened in the order in which one needs another, and closed the other way round. */
export async function openState(config: Config, onFault: (fault: unknown) => void) {
  const lock = holdDataFolder(config.dataFolder, 'a Modelward server');
  const database = await openConfiguredDatabase(config);
  const record = await openConfiguredRecord(config, onFault);
  const bundle = await readBundle(policiesFolder);
  if (!bundle.ok)
    throw new Error(
      `the policy bundle is refused:\n${bundle.reason.map(({ file, message }) => `  ${file}: ${message}`).join('\n')}`,
    );
  const engine = createCedarEngine(bundle.value);
  const pseudonyms = createPseudonyms(loadSecretKey(join(config.keyFolder, 'pseudonyms.key')));
  const identity = createIdentity({ database, nowMs: Date.now, randomBytes: (length: number) => randomBytes(length) });
  const access = createAccess({ database, engine, nowMs: Date.now, newId });
  const close = async () => {
    await record.close();
    await database.close();
    lock.release();
  };
  return { database, record, bundle: bundle.value, pseudonyms, identity, access, close };
}

export type State = Awaited<ReturnType<typeof openState>>;
