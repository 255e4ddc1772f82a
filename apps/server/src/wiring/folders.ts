import { join } from 'node:path';

/** Where everything lies below the data folder. */
export const databaseFile = (dataFolder: string) => join(dataFolder, 'modelward.db');
export const recordFolder = (dataFolder: string) => join(dataFolder, 'record');
export const blobsFolder = (dataFolder: string) => join(dataFolder, 'artifacts');
export const logIdentityFile = (dataFolder: string) => join(dataFolder, 'log.json');

/** The bundle that this version ships. */
export const policiesFolder = join(import.meta.dirname, '..', '..', '..', '..', 'policies');
