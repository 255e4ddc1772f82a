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

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** The bundle that this version ships. */
export const policiesFolder = join(root, 'policies');

/** Pages of searches are sealed with it. */
export const pageTokenKeyFile = (keyFolder: string) => join(keyFolder, 'page-tokens.key');

/** Beside what npm installed, where whoever can write could change the code as well. */
export const validatedBundlesFile = join(root, 'node_modules', '.cache', 'modelward', 'validated-bundles');
