import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await widenSessions(db);
  await db.schema
    .createTable('passkeys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('credential_id', 'text', (column) => column.notNull().unique())
    .addColumn('public_key', 'text', (column) => column.notNull())
    .addColumn('counter', 'bigint', (column) => column.notNull())
    .addColumn('transports', 'text', (column) => column.notNull())
    .addColumn('aaguid', 'text', (column) => column.notNull())
    .addColumn('backup_eligible', 'integer', (column) => column.notNull())
    .addColumn('backed_up', 'integer', (column) => column.notNull())
    .addColumn('attestation_format', 'text', (column) => column.notNull())
    .addColumn('attestation', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_used_at_ms', 'bigint')
    .execute();
  await db.schema.createIndex('passkeys_by_account').on('passkeys').column('account_id').execute();
  await createCodes(db);
  await createTraces(db);
}

async function widenSessions(db: Kysely<unknown>): Promise<void> {
  const add = db.schema.alterTable('sessions');
  await add.addColumn('methods', 'text', (column) => column.notNull().defaultTo('["password"]')).execute();
  await add.addColumn('authenticated_at_ms', 'bigint', (column) => column.notNull().defaultTo(0)).execute();
  await add.addColumn('idle_ms', 'bigint', (column) => column.notNull().defaultTo(1_800_000)).execute();
  await add.addColumn('failures', 'integer', (column) => column.notNull().defaultTo(0)).execute();
  await add.addColumn('client', 'text', (column) => column.notNull().defaultTo('program')).execute();
  await db.schema.createIndex('sessions_by_account').on('sessions').column('account_id').execute();
}

async function createCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('totp_secrets')
    .addColumn('account_id', 'text', (column) => column.primaryKey().references('accounts.id'))
    .addColumn('sealed_secret', 'text', (column) => column.notNull())
    .addColumn('last_counter', 'bigint', (column) => column.notNull())
    .addColumn('failures', 'integer', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('confirmed_at_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('recovery_codes')
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('code_hash', 'text', (column) => column.notNull())
    .addColumn('used_at_ms', 'bigint')
    .addPrimaryKeyConstraint('recovery_codes_key', ['account_id', 'code_hash'])
    .execute();
}

async function createTraces(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('used_challenges')
    .addColumn('challenge_hash', 'text', (column) => column.primaryKey())
    .addColumn('ends_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('step_up_links')
    .addColumn('session_id', 'text', (column) => column.primaryKey().references('sessions.id'))
    .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('ends_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('approved_at_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('notices')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('account_id', 'text', (column) => column.notNull().references('accounts.id'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text')
    .addColumn('at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('notices_by_account').on('notices').columns(['account_id', 'at_ms']).execute();
  await db.schema.createIndex('used_challenges_by_end').on('used_challenges').column('ends_at_ms').execute();
}
