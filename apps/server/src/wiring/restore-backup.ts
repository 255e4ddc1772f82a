import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, parseCheckpoint } from '@modelward/merkle';
import { loadSnapshot } from '@modelward/storage';
import type { Config } from '../config/load-config.ts';
import { backupFiles, copyFiles, type Manifest, readManifest, readRows } from './backup-folder.ts';
import { holdDataFolder, refuseOtherUser } from './data-folder.ts';
import { blobsFolder, oldRecordFolder, recordFolder } from './folders.ts';
import { readLogIdentity, startNewLog } from './log-identity.ts';
import { createOpened, type Opened } from './opened.ts';
import { recordOwnersAct } from './owner-act.ts';
import { openConfiguredDatabase, openConfiguredRecord } from './state.ts';

type Wanted = { readonly config: Config; readonly folder: string };

export type Restored = {
  readonly manifest: Manifest;
  /** What the new log cites of the old one. */
  readonly cited: Pick<Checkpoint, 'origin' | 'size'>;
  readonly newOrigin: string;
  readonly oldRecord: string;
};

/**
 * Fills an empty place from a backup, whatever database it was taken from. The old log is kept beside and never continued: a
 * new one is opened whose first record cites the old one's last known checkpoint, because a log that signs two histories
 * proves neither.
 */
export async function restoreBackup({ config, folder }: Wanted): Promise<Restored> {
  const manifest = await readManifest(folder);
  refuseOtherUser(config.dataFolder);
  refuseFilled(config, folder);
  const opened = createOpened();
  try {
    opened.add(holdDataFolder(config.dataFolder, '`npx modelward restore`').release);
    return await restoreInto({ config, folder, manifest, opened });
  } finally {
    await opened.close();
  }
}

/** Keys that are there already may stay: what was lost is often the data alone. */
function refuseFilled({ dataFolder, keyFolder }: Config, folder: string): void {
  const holdsState = readLogIdentity(dataFolder) !== undefined || existsSync(recordFolder(dataFolder));
  if (holdsState || existsSync(blobsFolder(dataFolder))) {
    throw new Error(`\`${dataFolder}\` holds a state already; move it away, or set \`dataFolder\` to an empty folder`);
  }
  for (const name of ['log-signing.pem', 'pseudonyms.key']) {
    const [there, taken] = [join(keyFolder, name), join(backupFiles(folder).keys, name)];
    if (!existsSync(there) || (existsSync(taken) && readFileSync(there).equals(readFileSync(taken)))) continue;
    throw new Error(`\`${there}\` is not the key of this backup; set \`keyFolder\` to an empty folder`);
  }
}

type Restoring = Wanted & { readonly manifest: Manifest; readonly opened: Opened };

async function restoreInto({ config, folder, manifest, opened }: Restoring): Promise<Restored> {
  const { dataFolder, keyFolder } = config;
  const database = await openConfiguredDatabase(config);
  opened.add(database.close);
  const files = backupFiles(folder);
  const oldRecord = oldRecordFolder(dataFolder, manifest.log.origin);
  const places = [join(files.record, 'checkpoint'), join(files.keys, lastNote), join(keyFolder, lastNote)];
  const cited = await newestCheckpoint(places, manifest.log.origin);
  // All or nothing, and refused where rows are already: first, so that a refusal leaves the place as it was.
  await loadSnapshot(database, readRows(folder));
  await copyFiles(files.artifacts, blobsFolder(dataFolder));
  await copyFiles(files.record, oldRecord);
  await copyFiles(files.keys, keyFolder);
  const { origin } = startNewLog(dataFolder, cited);
  await recordRestore(config, manifest);
  return { manifest, cited, newOrigin: origin, oldRecord };
}

const lastNote = 'last-checkpoint';

/** The last that is known of the old log: keys that outlived the data may know of more than the backup does. */
async function newestCheckpoint(places: readonly string[], origin: string): Promise<Checkpoint> {
  const notes = await Promise.all(places.map((place) => readFile(place, 'utf8').catch(() => '')));
  const known = notes
    .flatMap((note) => parseCheckpoint(note) ?? [])
    .filter((checkpoint) => checkpoint.origin === origin);
  const [newest] = known.sort((a, b) => b.size - a.size);
  if (newest === undefined) throw new Error('the backup holds no checkpoint of its log; name another');
  return newest;
}

async function recordRestore(config: Config, { takenAt }: Manifest): Promise<void> {
  const record = await openConfiguredRecord(config, (fault) => {
    throw fault;
  });
  try {
    const act = async () => ({
      value: undefined,
      changes: [{ what: 'backup.restored' as const, detail: { takenAt } }],
    });
    await recordOwnersAct({ record, action: 'restore', act });
  } finally {
    await record.close();
  }
}
