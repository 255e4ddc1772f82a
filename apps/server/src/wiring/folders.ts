import { join } from 'node:path';

/** Where everything lies below the data folder. */
export const databaseFile = (dataFolder: string) => join(dataFolder, 'modelward.db');
export const recordFolder = (dataFolder: string) => join(dataFolder, 'record');
export const blobsFolder = (dataFolder: string) => join(dataFolder, 'artifacts');
export const logIdentityFile = (dataFolder: string) => join(dataFolder, 'log.json');

/** The witness in this process has a key and a memory of its own, beside the keys. */
export const witnessFolder = (keyFolder: string) => join(keyFolder, 'witness');

/** Where the record of a log that was restored from a backup is kept: it is read and never continued. */
export const oldRecordFolder = (dataFolder: string, origin: string) =>
  join(dataFolder, 'old-records', origin.replaceAll('/', '-'));

/** The bundle that this version ships. */
export const policiesFolder = join(import.meta.dirname, '..', '..', '..', '..', 'policies');
