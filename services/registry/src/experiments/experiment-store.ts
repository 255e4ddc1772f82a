import { type Database, type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import type { Searchable } from '../search/filter.ts';
import { conditionsOf, orderingOf, type Search } from '../search/search-store.ts';

export type Experiment = Selectable<Tables['registry_experiments']>;
export type LifecycleStage = Experiment['lifecycle_stage'];

const attributes = {
  name: { column: 'name', kind: 'text' },
  experiment_id: { column: 'id', kind: 'numeric-text' },
  creation_time: { column: 'created_at_ms', kind: 'number' },
  last_update_time: { column: 'updated_at_ms', kind: 'number' },
} as const;

export const searchableExperiments: Searchable = {
  scopes: ['attribute', 'tag'],
  filter: attributes,
  order: attributes,
  usualOrder: [
    { key: 'creation_time', descending: true },
    { key: 'experiment_id', descending: true },
  ],
};

export function createExperimentStore(tables: Kysely<Tables>, database: Database['kind']) {
  const select = () => tables.selectFrom('registry_experiments').selectAll();
  const key = sql<string>`registry_experiments.id`;
  const searched = { ...searchableExperiments, database, type: 'Experiment', key } as const;
  return {
    /** Whether it was added: a name is taken by deleted experiments too, as in MLflow. */
    insert: async (experiment: Experiment): Promise<boolean> => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('registry_experiments')
        .values(experiment)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    findById: (id: string) => select().where('id', '=', id).executeTakeFirst(),
    findByName: (name: string) => select().where('name', '=', name).executeTakeFirst(),
    setLifecycle: async (id: string, change: { stage: LifecycleStage; nowMs: number }) => {
      await tables
        .updateTable('registry_experiments')
        .set({ lifecycle_stage: change.stage, updated_at_ms: change.nowMs })
        .where('id', '=', id)
        .execute();
    },
    search: (search: Search, stages: readonly LifecycleStage[]) =>
      select()
        .where('lifecycle_stage', 'in', stages)
        .where(conditionsOf(search.clauses, searched))
        .orderBy(orderingOf(search.order, searched))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}
