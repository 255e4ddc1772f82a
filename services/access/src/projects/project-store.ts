import type { Kysely, Selectable, Tables } from '@modelward/storage';

export type Project = {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  /** Whether everybody with an account may learn what lies in it. */
  readonly listed: boolean;
};

export function createProjectStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('projects').selectAll();
  return {
    list: async () => (await select().orderBy('key').execute()).map(projectOf),
    /** Whether it was added: a key that is taken stays with the project that has it. */
    insert: async ({ project, nowMs }: { project: Project; nowMs: number }) => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('projects')
        .values({ ...project, listed: project.listed ? 1 : 0, created_at_ms: nowMs })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    findById: async (id: string) => optional(await select().where('id', '=', id).executeTakeFirst()),
    findByKeys: async (keys: readonly string[]) => (await select().where('key', 'in', keys).execute()).map(projectOf),
  };
}

function optional(row: Selectable<Tables['projects']> | undefined): Project | undefined {
  return row && projectOf(row);
}

function projectOf({ id, key, title, listed }: Selectable<Tables['projects']>): Project {
  return { id, key, title, listed: listed === 1 };
}
