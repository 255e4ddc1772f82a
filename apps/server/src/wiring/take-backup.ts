import { mkdir, open } from 'node:fs/promises';
import { copyRecord, readVerifierKey } from '@modelward/audit';
import { parseCheckpoint } from '@modelward/merkle';
import { type Database, readSnapshot } from '@modelward/storage';
import type { Config } from '../config/load-config.ts';
import { backupFiles, copyFiles, type Manifest, writeManifest } from './backup-folder.ts';
import { refuseOtherUser, tryDataFolder } from './data-folder.ts';
import { blobsFolder, recordFolder } from './folders.ts';
import { readLogIdentity } from './log-identity.ts';
import { recordOwnersAct } from './owner-act.ts';
import { openConfiguredDatabase, openConfiguredRecord } from './state.ts';
import { version } from './version.ts';

type Wanted = {
  readonly config: Config;
  /** A new folder. */
  readonly folder: string;
};

export type BackupTaken = {
  readonly manifest: Manifest;
  /** A server that runs has the record to itself: then the backup is not in it. */
  readonly isRecorded: boolean;
};

/**
 * Takes everything into a new folder, with the server stopped or running. The order makes it consistent while it runs: rows
 * first, as of one moment; artifacts are never changed or removed, so those that the rows name are still there; the record
 * last, so that it covers at least everything that the rows came from. A backup that broke off has no manifest and is none.
 */
export async function takeBackup({ config, folder }: Wanted): Promise<BackupTaken> {
  const log = readLogIdentity(config.dataFolder);
  if (log === undefined)
    throw new Error(`\`${config.dataFolder}\` holds no log; start the server once before a backup`);
  refuseOtherUser(config.dataFolder);
  const lock = tryDataFolder(config.dataFolder, '`npx modelward backup`');
  try {
    if (lock.ok) await recordBackup(config);
    return { manifest: await copyAll({ config, folder, origin: log.origin }), isRecorded: lock.ok };
  } finally {
    if (lock.ok) lock.value.release();
  }
}

/** Before the copy, so that the copy says of itself that it was taken. */
async function recordBackup(config: Config): Promise<void> {
  const record = await openConfiguredRecord(config, (fault) => {
    throw fault;
  });
  try {
    const act = async () => ({ value: undefined, changes: [{ what: 'backup.taken' as const }] });
    await recordOwnersAct({ record, action: 'backup', act });
  } finally {
    await record.close();
  }
}

async function copyAll({ config, folder, origin }: Wanted & { readonly origin: string }): Promise<Manifest> {
  await makeNew(folder);
  const files = backupFiles(folder);
  const takenAt = new Date().toISOString();
  const database = await openConfiguredDatabase(config);
  const rows = await writeRows(database, files.rows).finally(database.close);
  await copyFiles(blobsFolder(config.dataFolder), files.artifacts);
  const verifierKey = readVerifierKey(config.keyFolder, origin);
  if (verifierKey === undefined)
    throw new Error(`\`${config.keyFolder}\` does not hold the key of the log; correct \`keyFolder\``);
  const note = await copyRecord({ from: recordFolder(config.dataFolder), to: files.record, verifierKey });
  await copyFiles(config.keyFolder, files.keys);
  const log = { origin, size: parseCheckpoint(note)?.size ?? 0 };
  const manifest: Manifest = { format: 1, version, takenAt, log, rows };
  await writeManifest(folder, manifest);
  return manifest;
}

async function makeNew(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'EEXIST') throw new Error(`\`${folder}\` is there already; a backup goes into a new folder`);
    throw new Error(`\`${folder}\` cannot be made (${fault.code}); name another place`);
  });
}

const linesAtOnce = 500;

async function writeRows(database: Database, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  let rows = 0;
  let lines: string[] = [];
  const write = async () => {
    await file.appendFile(lines.join(''));
    lines = [];
  };
  await readSnapshot(database, async (row) => {
    rows += 1;
    lines.push(`${JSON.stringify(row)}\n`);
    if (lines.length >= linesAtOnce) await write();
  });
  await write();
  await file.sync();
  await file.close();
  return rows;
}
