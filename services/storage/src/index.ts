/** Storage: connections, migrations and transactions on SQLite and PostgreSQL. What the tables mean is their services' matter. */

export type { Kysely, RawBuilder, Selectable, Transaction } from 'kysely';
export { sql } from 'kysely';
export type { Changes, Written } from './changes.ts';
export { type Database, type DatabaseLocation, openDatabase } from './database.ts';
export { type FolderLock, lockFolder } from './folder-lock.ts';
export { loadSnapshot, readSnapshot, type SnapshotRow } from './snapshot.ts';
export type { Tables } from './tables.ts';
