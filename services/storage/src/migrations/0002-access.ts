import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('projects')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('key', 'text', (column) => column.notNull().unique())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('listed', 'integer', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('role_links')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('principal_kind', 'text', (column) => column.notNull())
    .addColumn('principal_id', 'text', (column) => column.notNull())
    .addColumn('scope_type', 'text', (column) => column.notNull())
    .addColumn('scope_id', 'text', (column) => column.notNull())
    .addColumn('from_ms', 'bigint', (column) => column.notNull())
    .addColumn('until_ms', 'bigint')
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('revoked_at_ms', 'bigint')
    .execute();
  await db.schema.createIndex('role_links_by_principal').on('role_links').column('principal_id').execute();
  await createResources(db);
}

async function createResources(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('resources')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('project_id', 'text', (column) => column.notNull().references('projects.id'))
    .addColumn('parent_id', 'text', (column) => column.references('resources.id'))
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('producer_id', 'text', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('ended_at_ms', 'bigint')
    .execute();
  // INVARIANT: one living resource for each name; a name that is deleted and made again is a new row with a new id.
  await db.schema
    .createIndex('resources_living')
    .on('resources')
    .columns(['type', 'key'])
    .unique()
    .where(sql.ref('ended_at_ms'), 'is', null)
    .execute();
  await db.schema.createIndex('resources_by_parent').on('resources').column('parent_id').execute();
}
