import { type Kysely, SqliteAdapter, sql } from 'kysely';

/* What answers questions about the record quickly. All of it is derived from the record, and can be thrown away. */

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('record_index_state')
    .addColumn('origin', 'text', (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('record_terms')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('term', 'text', (column) => column.notNull().unique())
    .addColumn('mentions', 'bigint', (column) => column.notNull())
    .execute();
  const mentions = db.schema
    .createTable('record_mentions')
    .addColumn('term_id', 'integer', (column) => column.notNull())
    .addColumn('entry_index', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('record_mentions_key', ['term_id', 'entry_index']);
  // The key is all that a row holds: on SQLite it is then kept once instead of twice.
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter;
  await (isSqlite ? mentions.modifyEnd(sql`without rowid`) : mentions).execute();
  await db.schema
    .createTable('record_times')
    .addColumn('entry_index', 'bigint', (column) => column.primaryKey())
    .addColumn('time_ms', 'bigint', (column) => column.notNull())
    .execute();
}
