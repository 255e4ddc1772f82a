import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('resources')
    .addColumn('sensitivity', 'text', (column) => column.notNull().defaultTo('internal'))
    .execute();
  // One decision reads the links of its principals on the scopes that its resource lies in, however many there are besides.
  await db.schema.dropIndex('role_links_by_principal').execute();
  await db.schema
    .createIndex('role_links_running')
    .on('role_links')
    .columns(['principal_id', 'scope_id'])
    .where(sql.ref('revoked_at_ms'), 'is', null)
    .execute();
  // Lists are read in the order of the keys, within a project or within what the things lie in.
  await db.schema.dropIndex('resources_by_parent').execute();
  await db.schema.createIndex('resources_by_parent').on('resources').columns(['parent_id', 'type', 'key']).execute();
  await db.schema
    .createIndex('resources_by_project')
    .on('resources')
    .columns(['project_id', 'type', 'key'])
    .where(sql.ref('ended_at_ms'), 'is', null)
    .execute();
}
