import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@modelward/storage';
import pg from 'pg';

/** Set by `npm test` once it has a PostgreSQL of its own running: a superuser's connection URL. */
export const postgresUrl = process.env.MODELWARD_TEST_POSTGRES;

type TestDatabase = { readonly name: string; readonly open: () => Promise<Database> };

/** Every store test runs on each of these: `describe.each(databases)('accounts on $name', ({ open }) => { ... })`. */
export const databases: readonly TestDatabase[] = [
  { name: 'sqlite', open: openEmptySqlite },
  ...(postgresUrl === undefined ? [] : [{ name: 'postgres', open: () => openEmptyPostgres(postgresUrl) }]),
];

async function openEmptySqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-test-'));
  return openDatabase({ kind: 'sqlite', file: join(folder, 'modelward.db') });
}

async function openEmptyPostgres(serverUrl: string): Promise<Database> {
  return openDatabase({ kind: 'postgres', url: await makeEmptyPostgres(serverUrl) });
}

/** The URL of a new database that nothing is in. */
export async function makeEmptyPostgres(serverUrl: string): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`CREATE DATABASE ${name}`);
  await server.end();
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
