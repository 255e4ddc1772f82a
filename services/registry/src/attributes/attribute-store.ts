import { type Kysely, sql, type Tables } from '@modelward/storage';
import type { Entry } from '../request/values.ts';

type Row = Tables['registry_attributes'];
export type Kind = Row['kind'];
export type Owner = { readonly type: Row['owner_type']; readonly key: string };

export type Attributes = Readonly<Record<Kind, readonly Entry[]>>;

/** Tags, parameters, inputs and outputs of everything in the registry. */
export function createAttributeStore(tables: Kysely<Tables>) {
  const insert = ({ type, key }: Owner, kind: Kind, entries: readonly Entry[]) =>
    // The last of two values for one key counts; PostgreSQL refuses to write a row twice in one statement. In one order for
    // everybody, so that two statements that name the same rows never wait for each other.
    tables.insertInto('registry_attributes').values(
      [...new Map(entries.map((entry) => [entry.key, entry])).values()].sort(byKey).map((entry) => ({
        owner_type: type,
        owner_key: key,
        kind,
        ...entry,
      })),
    );
  const primaryKey = ['owner_type', 'owner_key', 'kind', 'key'] as const;
  return {
    set: async (owner: Owner, kind: Kind, entries: readonly Entry[]) => {
      if (entries.length === 0) return;
      await insert(owner, kind, entries)
        .onConflict((conflict) =>
          conflict.columns(primaryKey).doUpdateSet((row) => ({ value: row.ref('excluded.value') })),
        )
        .execute();
    },
    /** Leaves what is there alone, and answers with the entries whose key has another value. */
    add: async (owner: Owner, kind: Kind, entries: readonly Entry[]): Promise<readonly Entry[]> => {
      if (entries.length === 0) return [];
      await insert(owner, kind, entries)
        .onConflict((conflict) => conflict.columns(primaryKey).doNothing())
        .execute();
      const kept = await tables
        .selectFrom('registry_attributes')
        .select(['key', 'value'])
        .where('owner_type', '=', owner.type)
        .where('owner_key', '=', owner.key)
        .where('kind', '=', kind)
        .where(
          'key',
          'in',
          entries.map(({ key }) => key),
        )
        .execute();
      return kept.filter((row) => entries.some(({ key, value }) => key === row.key && value !== row.value));
    },
    remove: async ({ type, key }: Owner, kind: Kind, name: string): Promise<boolean> => {
      const { numDeletedRows } = await tables
        .deleteFrom('registry_attributes')
        .where('owner_type', '=', type)
        .where('owner_key', '=', key)
        .where('kind', '=', kind)
        .where('key', '=', name)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    removeAll: async (type: Owner['type'], key: string) => {
      await tables
        .deleteFrom('registry_attributes')
        .where('owner_type', '=', type)
        .where('owner_key', '=', key)
        .execute();
    },
    /** Of every version that a model has. */
    removeVersionsOf: async (modelName: string) => {
      const keys = sql<string>`(select name || '/' || cast(version as text) from registry_versions where name = ${modelName})`;
      await tables
        .deleteFrom('registry_attributes')
        .where('owner_type', '=', 'ModelVersion')
        .where(sql<boolean>`owner_key in ${keys}`)
        .execute();
    },
    of: (type: Owner['type'], keys: readonly string[]) => attributesOf(tables, type, keys),
  };
}

/** Of many owners at once. */
async function attributesOf(
  tables: Kysely<Tables>,
  type: Owner['type'],
  keys: readonly string[],
): Promise<(key: string) => Attributes> {
  const found = new Map<string, Record<Kind, Entry[]>>();
  const select = tables.selectFrom('registry_attributes').selectAll().where('owner_type', '=', type);
  const rows = keys.length === 0 ? [] : await select.where('owner_key', 'in', keys).execute();
  for (const { owner_key, kind, key, value } of rows) {
    const attributes = found.get(owner_key) ?? none();
    attributes[kind].push({ key, value });
    found.set(owner_key, attributes);
  }
  for (const attributes of found.values()) for (const list of Object.values(attributes)) list.sort(byKey);
  return (key) => found.get(key) ?? none();
}

function none(): Record<Kind, Entry[]> {
  return { tag: [], param: [], dataset: [], 'model-input': [], 'model-output': [] };
}

function byKey(a: Entry, b: Entry): number {
  return a.key < b.key ? -1 : 1;
}
