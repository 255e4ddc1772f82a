import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { copyRecord } from '@modelward/audit';
import { type Database, loadSnapshot, readSnapshot, type SnapshotRow } from '@modelward/storage';
import { blobsFolder, recordFolder } from './folders.ts';
import { type LogIdentity, readLogIdentity, startNewLog } from './log-identity.ts';

/*
 * A backup is one folder: rows, artifacts, the record and the keys. The order makes it consistent while the server runs:
 * rows first, as of one moment; artifacts are never changed or removed, so those that the rows name are still there; the
 * record last, so that it covers at least everything that the rows came from.
 */

type Manifest = { readonly format: 1; readonly takenAt: string; readonly log: LogIdentity; readonly rows: number };

export type BackupPlaces = {
  readonly database: Database;
  readonly dataFolder: string;
  readonly keyFolder: string;
  readonly folder: string;
};

/** Takes everything into a new folder. Throws when the folder exists; a backup that broke off has no manifest and is none. */
export async function takeBackup({
  database,
  dataFolder,
  keyFolder,
  folder,
  nowMs,
}: BackupPlaces & { nowMs: number }): Promise<Manifest> {
  await mkdir(folder, { recursive: false, mode: 0o700 });
  const rows = await writeRows(database, join(folder, 'rows.jsonl'));
  if (existsSync(blobsFolder(dataFolder)))
    await cp(blobsFolder(dataFolder), join(folder, 'artifacts'), { recursive: true });
  await copyRecord({ from: recordFolder(dataFolder), to: join(folder, 'record') });
  await cp(keyFolder, join(folder, 'keys'), { recursive: true });
  const log = readLogIdentity(dataFolder);
  if (log === undefined) throw new Error(`\`${dataFolder}\` holds no log; start the server once before a backup`);
  const manifest: Manifest = { format: 1, takenAt: new Date(nowMs).toISOString(), log, rows };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });
  return manifest;
}

async function writeRows(database: Database, file: string): Promise<number> {
  const stream = createWriteStream(file, { mode: 0o600, flags: 'wx' });
  let rows = 0;
  await readSnapshot(database, async (row) => {
    rows += 1;
    if (!stream.write(`${JSON.stringify(row)}\n`)) await new Promise((resolve) => stream.once('drain', resolve));
  });
  stream.end();
  await finished(stream);
  return rows;
}

/**
 * Fills empty data and key folders from a backup. The old log is kept beside and never continued: the next start opens a new
 * one whose first record cites the old one's last checkpoint, because a log that signs two histories proves neither.
 */
export async function restoreBackup({ database, dataFolder, keyFolder, folder }: BackupPlaces): Promise<Manifest> {
  const manifest = await readManifest(folder);
  await refuseFilled(keyFolder);
  await loadSnapshot(database, readRows(join(folder, 'rows.jsonl')));
  await cp(join(folder, 'keys'), keyFolder, { recursive: true });
  if (existsSync(join(folder, 'artifacts')))
    await cp(join(folder, 'artifacts'), blobsFolder(dataFolder), { recursive: true });
  const archive = join(dataFolder, 'old-records', manifest.log.origin.replaceAll('/', '-'));
  await mkdir(join(dataFolder, 'old-records'), { recursive: true, mode: 0o700 });
  await cp(join(folder, 'record'), `${archive}.partial`, { recursive: true });
  await rename(`${archive}.partial`, archive);
  startNewLog(dataFolder, await readFile(join(archive, 'checkpoint'), 'utf8'));
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new Error(`\`${folder}\` is no whole backup: it has no manifest.json`);
  });
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1)
    throw new Error(`the backup has format \`${manifest.format}\`, which this version does not read`);
  return manifest;
}

async function refuseFilled(keyFolder: string): Promise<void> {
  const files = await readdir(keyFolder).catch(() => []);
  if (files.length > 0) throw new Error(`\`${keyFolder}\` holds keys already; restore into empty folders`);
}

async function* readRows(file: string): AsyncGenerator<SnapshotRow> {
  for await (const line of createInterface({ input: createReadStream(file) })) yield JSON.parse(line) as SnapshotRow;
}
