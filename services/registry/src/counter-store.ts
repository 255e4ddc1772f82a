import type { Kysely, Tables } from '@modelward/storage';

/** Numbers that are given out once. What carried a number may go; the number does not come back. */
export function createCounterStore(tables: Kysely<Tables>) {
  return {
    next: async (name: string): Promise<number> => {
      const { value } = await tables
        .insertInto('registry_counters')
        .values({ name, value: 1 })
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet((row) => ({ value: row('registry_counters.value', '+', 1) })),
        )
        .returning('value')
        .executeTakeFirstOrThrow();
      return value;
    },
  };
}
