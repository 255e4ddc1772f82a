import type { Kysely, Selectable, Tables } from '@modelward/storage';

export type Alias = Selectable<Tables['registry_aliases']>;

/** Names that stand for one version of a model each. */
export function createAliasStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('registry_aliases').selectAll();
  return {
    set: async (alias: Alias) => {
      await tables
        .insertInto('registry_aliases')
        .values(alias)
        .onConflict((conflict) => conflict.columns(['name', 'alias']).doUpdateSet({ version: alias.version }))
        .execute();
    },
    find: (name: string, alias: string) =>
      select().where('name', '=', name).where('alias', '=', alias).executeTakeFirst(),
    ofModels: async (names: readonly string[]): Promise<Alias[]> =>
      names.length === 0 ? [] : select().where('name', 'in', names).orderBy('alias').execute(),
    ofVersion: async ({ name, version }: Omit<Alias, 'alias'>): Promise<readonly string[]> => {
      const rows = await select().where('name', '=', name).where('version', '=', version).orderBy('alias').execute();
      return rows.map(({ alias }) => alias);
    },
    remove: async (name: string, alias: string) => {
      await tables.deleteFrom('registry_aliases').where('name', '=', name).where('alias', '=', alias).execute();
    },
    removeOfVersion: async ({ name, version }: Omit<Alias, 'alias'>) => {
      await tables.deleteFrom('registry_aliases').where('name', '=', name).where('version', '=', version).execute();
    },
    removeAll: async (name: string) => {
      await tables.deleteFrom('registry_aliases').where('name', '=', name).execute();
    },
  };
}
