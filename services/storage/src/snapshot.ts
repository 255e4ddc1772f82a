import type { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { type Tables, tablesInOrder } from './tables.ts';

/** One row of one table. The form is the same on every database, so that a snapshot of one can be loaded into another. */
export type SnapshotRow = {
  readonly table: keyof Tables;
  readonly row: Readonly<Record<string, string | number | null>>;
};

const rowsAtOnce = 200;

/** Hands over every row of every table as of one moment, tables that others refer to first. */
export async function readSnapshot(database: Database, write: (row: SnapshotRow) => Promise<void>): Promise<void> {
  const transaction = database.tables.transaction();
  // PostgreSQL reads one moment only when asked to; a transaction of SQLite always does.
  const oneMoment = database.kind === 'postgres' ? transaction.setIsolationLevel('repeatable read') : transaction;
  await oneMoment.execute(async (tables) => {
    for (const table of tablesInOrder) {
      for await (const row of tables.selectFrom(table).selectAll().stream(rowsAtOnce)) await write({ table, row });
    }
  });
}

/** Fills an empty database, all or nothing. Throws when a table already holds rows. */
export async function loadSnapshot(database: Database, rows: AsyncIterable<SnapshotRow>): Promise<void> {
  await database.tables.transaction().execute(async (tables) => {
    await refuseFilled(tables);
    for await (const { table, row } of rows) {
      if (!tablesInOrder.includes(table))
        throw new Error(`the snapshot has a table \`${table}\` that this version does not know`);
      await tables
        .insertInto(table)
        .values(row as never)
        .execute();
    }
  });
}

async function refuseFilled(tables: Kysely<Tables>): Promise<void> {
  for (const table of tablesInOrder) {
    const row = await tables.selectFrom(table).selectAll().limit(1).executeTakeFirst();
    if (row !== undefined) throw new Error(`table \`${table}\` is not empty; restore into an empty database`);
  }
}
