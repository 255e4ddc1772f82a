import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { conditionsOf, orderOf, type Search } from '../search/search-store.ts';

export type Run = Selectable<Tables['registry_runs']>;
type Change = Partial<Pick<Run, 'status' | 'end_ms' | 'name' | 'lifecycle_stage'>>;

export function createRunStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('registry_runs').selectAll();
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
        .where(conditionsOf(search.clauses, { type: 'Run', key: sql<string>`registry_runs.id` }))
        .orderBy(orderOf(search.order))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}
