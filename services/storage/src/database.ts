import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { type Dialect, Kysely, PostgresDialect, SqliteDialect, sql } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { type Changes, watchChanges } from './changes.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

export type DatabaseLocation = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

export type Database = {
  readonly kind: DatabaseLocation['kind'];
  readonly tables: Kysely<Tables>;
  /** What this process writes, told as soon as it is written. */
  readonly changes: Changes;
  /** Takes what was deleted out of the files: pages are overwritten as they are freed, and the write-ahead log is emptied. */
  readonly forgetDeleted: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Opens the state and brings its tables to this version. Throws when it cannot be opened or holds a newer version. */
export async function openDatabase(location: DatabaseLocation): Promise<Database> {
  const opened = location.kind === 'sqlite' ? openSqlite(location.file) : openPostgres(location.url);
  const { dialect, changes } = watchChanges(opened);
  const tables = new Kysely<Tables>({ dialect });
  try {
    await migrate(tables);
  } catch (fault) {
    await tables.destroy();
    throw fault;
  }
  const forget = location.kind === 'sqlite' ? sql`pragma wal_checkpoint(truncate)` : sql`vacuum`;
  const forgetDeleted = async () => void (await forget.execute(tables));
  return { kind: location.kind, tables, changes, forgetDeleted, close: () => tables.destroy() };
}

function openSqlite(file: string): Dialect {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const connection = new DatabaseSync(file, { timeout: 5000 });
  // FULL: a commit that was answered survives a power cut, as the record's own sync does.
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'secure_delete = ON']) {
    connection.exec(`PRAGMA ${pragma}`);
  }
  return new SqliteDialect({ database: asKyselyDatabase(connection) });
}

/** What Kysely's SQLite dialect expects of a connection, over Node's own SQLite. */
function asKyselyDatabase(connection: DatabaseSync) {
  return {
    close: () => connection.close(),
    prepare(sql: string) {
      const statement = connection.prepare(sql);
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters: readonly unknown[]) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters: readonly unknown[]) =>
          statement.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
      };
    },
  };
}

function openPostgres(url: string): Dialect {
  // Times and counts are 64-bit in the tables and stay far below 2^53; a number that does not is a fault, not a rounding.
  const types = { getTypeParser: parserFor } as pg.CustomTypesConfig;
  return new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 10, types }), cursor: Cursor });
}

function parserFor(oid: number, format?: 'text' | 'binary') {
  if (oid === pg.types.builtins.INT8) return safeInteger;
  return pg.types.getTypeParser(oid, format as 'text');
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`\`${text}\` is beyond the integers that are exact here`);
  return value;
}
