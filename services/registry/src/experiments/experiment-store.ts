import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { conditionsOf, orderOf, type Search } from '../search/search-store.ts';

export type Experiment = Selectable<Tables['registry_experiments']>;
export type LifecycleStage = Experiment['lifecycle_stage'];

export function createExperimentStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('registry_experiments').selectAll();
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
        .where(conditionsOf(search.clauses, { type: 'Experiment', key: sql<string>`registry_experiments.id` }))
        .orderBy(orderOf(search.order))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}
