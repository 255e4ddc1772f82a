import { type Database, type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import type { Searchable } from '../search/filter.ts';
import { conditionsOf, type Fragment, orderingOf, type Search, type Searched } from '../search/search-store.ts';

export type Model = Selectable<Tables['registry_models']>;

const updated = { column: 'updated_at_ms', kind: 'number' } as const;
const name = { column: 'name', kind: 'text' } as const;

export const searchableModels: Searchable = {
  scopes: ['attribute', 'tag'],
  filter: { name },
  order: { name, timestamp: updated, last_updated_timestamp: updated },
  usualOrder: [{ key: 'name', descending: false }],
};

export type Prompts = 'in' | 'out';

export function createModelStore(tables: Kysely<Tables>, database: Database['kind']) {
  const key = sql<string>`registry_models.name`;
  const searched: Searched = { ...searchableModels, database, type: 'Model', key };
  return {
    /** Whether it was added. */
    insert: async (model: Model): Promise<boolean> => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('registry_models')
        .values(model)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    find: (name: string) =>
      tables.selectFrom('registry_models').selectAll().where('name', '=', name).executeTakeFirst(),
    /**
     * INVARIANT: whatever changes a model, its versions or its aliases holds the model's row first, so that two changes of one
     * model come one after the other, on PostgreSQL too.
     */
    hold: (name: string) =>
      tables.updateTable('registry_models').set({ name }).where('name', '=', name).returningAll().executeTakeFirst(),
    update: async (name: string, change: Partial<Omit<Model, 'name' | 'created_at_ms'>>) => {
      await tables.updateTable('registry_models').set(change).where('name', '=', name).execute();
    },
    remove: async (name: string) => {
      await tables.deleteFrom('registry_models').where('name', '=', name).execute();
    },
    search: (search: Search, prompts: Prompts) =>
      tables
        .selectFrom('registry_models')
        .selectAll()
        .where(conditionsOf(search.clauses, searched))
        .where(promptCondition(prompts, key))
        .orderBy(orderingOf(search.order, searched))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}

/** Prompts are models with a tag, and most searches are not about them. */
export function promptCondition(prompts: Prompts, modelName: Fragment<string>): Fragment<boolean> {
  if (prompts === 'in') return sql<boolean>`1 = 1`;
  return sql<boolean>`not exists (select 1 from registry_attributes as prompts where prompts.owner_type = 'Model'
    and prompts.owner_key = ${modelName} and prompts.kind = 'tag' and prompts.key = 'mlflow.prompt.is_prompt'
    and prompts.value = 'true')`;
}
