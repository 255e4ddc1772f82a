import { type Database, type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import type { Searchable } from '../search/filter.ts';
import { conditionsOf, orderingOf, type Search, type Searched } from '../search/search-store.ts';

export type Run = Selectable<Tables['registry_runs']>;
type Change = Partial<Pick<Run, 'status' | 'end_ms' | 'name' | 'lifecycle_stage'>>;

const attributes = {
  run_id: { column: 'id', kind: 'text' },
  run_name: { column: 'name', kind: 'text' },
  'run name': { column: 'name', kind: 'text' },
  'Run name': { column: 'name', kind: 'text' },
  'Run Name': { column: 'name', kind: 'text' },
  status: { column: 'status', kind: 'text' },
  user_id: { column: 'user_id', kind: 'text' },
  start_time: { column: 'start_ms', kind: 'number' },
  created: { column: 'start_ms', kind: 'number' },
  Created: { column: 'start_ms', kind: 'number' },
  end_time: { column: 'end_ms', kind: 'number', isOptional: true },
} as const;

export const searchableRuns: Searchable = {
  scopes: ['attribute', 'tag', 'param', 'metric'],
  filter: attributes,
  order: attributes,
  usualOrder: [
    { key: 'start_time', descending: true },
    { key: 'run_id', descending: false },
  ],
};

export function createRunStore(tables: Kysely<Tables>, database: Database['kind']) {
  const select = () => tables.selectFrom('registry_runs').selectAll();
  const last = (name: string) =>
    sql`select value, is_nan from registry_latest_metrics where run_id = registry_runs.id and key = ${name}`;
  const searched: Searched = {
    ...searchableRuns,
    database,
    type: 'Run',
    key: sql<string>`registry_runs.id`,
    metric: { any: last, last },
  };
  return {
    insert: async (run: Run) => {
      await tables.insertInto('registry_runs').values(run).execute();
    },
    findById: (id: string) => select().where('id', '=', id).executeTakeFirst(),
    update: async (id: string, change: Change) => {
      await tables.updateTable('registry_runs').set(change).where('id', '=', id).execute();
    },
    setLifecycleIn: async (experimentId: string, stage: Run['lifecycle_stage']) => {
      await tables
        .updateTable('registry_runs')
        .set({ lifecycle_stage: stage })
        .where('experiment_id', '=', experimentId)
        .execute();
    },
    search: (
      search: Search,
      within: { readonly experimentIds: readonly string[]; readonly stages: readonly Run['lifecycle_stage'][] },
    ) =>
      select()
        .where('experiment_id', 'in', within.experimentIds)
        .where('lifecycle_stage', 'in', within.stages)
        .where(conditionsOf(search.clauses, searched))
        .orderBy(orderingOf(search.order, searched))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}
