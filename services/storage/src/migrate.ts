import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import * as principals from './migrations/0001-principals.ts';
import * as access from './migrations/0002-access.ts';
import * as registry from './migrations/0003-registry.ts';
import * as policyFacts from './migrations/0004-policy-facts.ts';
import * as recordIndex from './migrations/0005-record-index.ts';
import * as privacy from './migrations/0006-privacy.ts';
import * as factors from './migrations/0010-factors.ts';
import type { Tables } from './tables.ts';

/** In order; a migration that has shipped is never edited. The same ones run on SQLite and on PostgreSQL. */
const migrations: Record<string, Migration> = {
  '0001-principals': principals,
  '0002-access': access,
  '0003-registry': registry,
  '0004-policy-facts': policyFacts,
  '0005-record-index': recordIndex,
  '0006-privacy': privacy,
  '0010-factors': factors,
};

/** Applies what is missing, all or nothing; throws on a database that a newer version has already changed. */
export async function migrate(tables: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db: tables, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
