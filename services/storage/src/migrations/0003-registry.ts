import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await createTracking(db);
  await createMetrics(db);
  await createLoggedModels(db);
  await createModels(db);
  await createAttributes(db);
  await createArtifacts(db);
}

async function createTracking(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registry_counters')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('registry_experiments')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('lifecycle_stage', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('registry_runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('experiment_id', 'text', (column) => column.notNull().references('registry_experiments.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('start_ms', 'bigint', (column) => column.notNull())
    .addColumn('end_ms', 'bigint')
    .addColumn('lifecycle_stage', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('registry_runs_by_experiment')
    .on('registry_runs')
    .columns(['experiment_id', 'start_ms'])
    .execute();
}

async function createMetrics(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registry_metrics')
    .addColumn('run_id', 'text', (column) => column.notNull().references('registry_runs.id'))
    .addColumn('model_id', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('timestamp_ms', 'bigint', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('is_nan', 'integer', (column) => column.notNull())
    .addColumn('dataset_name', 'text')
    .addColumn('dataset_digest', 'text')
    .addPrimaryKeyConstraint('registry_metrics_key', [
      'run_id',
      'model_id',
      'key',
      'timestamp_ms',
      'step',
      'value',
      'is_nan',
    ])
    .execute();
  await db.schema
    .createIndex('registry_metrics_by_model')
    .on('registry_metrics')
    .columns(['model_id', 'key'])
    .where('model_id', '!=', '')
    .execute();
  await db.schema
    .createTable('registry_latest_metrics')
    .addColumn('run_id', 'text', (column) => column.notNull().references('registry_runs.id'))
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('timestamp_ms', 'bigint', (column) => column.notNull())
    .addColumn('step', 'bigint', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('is_nan', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_latest_metrics_key', ['run_id', 'key'])
    .execute();
}

async function createLoggedModels(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registry_logged_models')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('experiment_id', 'text', (column) => column.notNull().references('registry_experiments.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('model_type', 'text', (column) => column.notNull())
    .addColumn('source_run_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('lifecycle_stage', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('registry_logged_models_by_experiment')
    .on('registry_logged_models')
    .columns(['experiment_id', 'created_at_ms'])
    .execute();
}

async function createModels(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registry_models')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('description', 'text')
    .addColumn('last_version', 'bigint', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('registry_versions')
    .addColumn('name', 'text', (column) => column.notNull().references('registry_models.name'))
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('description', 'text')
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('storage_location', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('run_link', 'text', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('updated_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_versions_key', ['name', 'version'])
    .execute();
  await db.schema.createIndex('registry_versions_by_run').on('registry_versions').column('run_id').execute();
  await db.schema
    .createTable('registry_aliases')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_aliases_key', ['name', 'alias'])
    .addForeignKeyConstraint('registry_aliases_version', ['name', 'version'], 'registry_versions', ['name', 'version'])
    .execute();
}

async function createAttributes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registry_attributes')
    .addColumn('owner_type', 'text', (column) => column.notNull())
    .addColumn('owner_key', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_attributes_key', ['owner_type', 'owner_key', 'kind', 'key'])
    .execute();
}

async function createArtifacts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('registry_artifacts')
    .addColumn('root', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('parent', 'text', (column) => column.notNull())
    .addColumn('digest', 'text')
    .addColumn('size_bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('registry_artifacts_key', ['root', 'path'])
    .execute();
  await db.schema
    .createIndex('registry_artifacts_by_folder')
    .on('registry_artifacts')
    .columns(['root', 'parent'])
    .execute();
}
