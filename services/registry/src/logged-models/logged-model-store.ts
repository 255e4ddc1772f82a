import { type Database, type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import type { Searchable } from '../search/filter.ts';
import { conditionsOf, orderingOf, type Search, type Searched } from '../search/search-store.ts';

export type LoggedModel = Selectable<Tables['registry_logged_models']>;
type Change = Partial<Pick<LoggedModel, 'status' | 'lifecycle_stage'>> & Pick<LoggedModel, 'updated_at_ms'>;

const attributes = {
  model_id: { column: 'id', kind: 'text' },
  name: { column: 'name', kind: 'text' },
  model_type: { column: 'model_type', kind: 'text' },
  status: { column: 'status', kind: 'text' },
  source_run_id: { column: 'source_run_id', kind: 'text' },
  creation_timestamp: { column: 'created_at_ms', kind: 'number' },
  creation_time: { column: 'created_at_ms', kind: 'number' },
  creation_timestamp_ms: { column: 'created_at_ms', kind: 'number' },
  last_updated_timestamp: { column: 'updated_at_ms', kind: 'number' },
  last_updated_timestamp_ms: { column: 'updated_at_ms', kind: 'number' },
} as const;

export const searchableLoggedModels: Searchable = {
  scopes: ['attribute', 'tag', 'param', 'metric'],
  filter: attributes,
  order: attributes,
  usualOrder: [
    { key: 'creation_timestamp', descending: true },
    { key: 'model_id', descending: false },
  ],
};

export function createLoggedModelStore(tables: Kysely<Tables>, database: Database['kind']) {
  const select = () => tables.selectFrom('registry_logged_models').selectAll();
  const values = (name: string) =>
    // `!= ''`, because the index on this column holds no other rows.
    sql`select value, is_nan from registry_metrics
      where model_id = registry_logged_models.id and model_id != '' and key = ${name}`;
  const searched: Searched = {
    ...searchableLoggedModels,
    database,
    type: 'LoggedModel',
    key: sql<string>`registry_logged_models.id`,
    metric: {
      any: values,
      last: (name) => sql`${values(name)} order by timestamp_ms desc, step desc, run_id limit 1`,
    },
  };
  return {
    insert: async (model: LoggedModel) => {
      await tables.insertInto('registry_logged_models').values(model).execute();
    },
    findById: (id: string) => select().where('id', '=', id).executeTakeFirst(),
    update: async (id: string, change: Change) => {
      await tables.updateTable('registry_logged_models').set(change).where('id', '=', id).execute();
    },
    search: (search: Search, experimentIds: readonly string[]) =>
      select()
        .where('experiment_id', 'in', experimentIds)
        .where('lifecycle_stage', '=', 'active')
        .where(conditionsOf(search.clauses, searched))
        .orderBy(orderingOf(search.order, searched))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}
