import { type Database, type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { type Prompts, promptCondition } from '../models/model-store.ts';
import type { Searchable } from '../search/filter.ts';
import { conditionsOf, orderingOf, type Search, type Searched } from '../search/search-store.ts';

export type Version = Selectable<Tables['registry_versions']>;
export type VersionKey = Pick<Version, 'name' | 'version'>;
/** Of versions made from this run, when one is named; `places` are meant exactly, `below` with all that lies in them. */
type FilesAsked = {
  readonly runId?: string;
  readonly places: readonly string[];
  readonly below: readonly string[];
};
type Change = Partial<Pick<Version, 'stage' | 'description'>> & Pick<Version, 'updated_at_ms'>;

const attributes = {
  name: { column: 'name', kind: 'text' },
  version_number: { column: 'version', kind: 'number' },
} as const;
const updated = { column: 'updated_at_ms', kind: 'number' } as const;

export const searchableVersions: Searchable = {
  scopes: ['attribute', 'tag'],
  filter: {
    ...attributes,
    run_id: { column: 'run_id', kind: 'text' },
    source_path: { column: 'source', kind: 'text' },
  },
  order: {
    ...attributes,
    creation_timestamp: { column: 'created_at_ms', kind: 'number' },
    last_updated_timestamp: updated,
  },
  usualOrder: [
    { key: 'last_updated_timestamp', descending: true },
    { key: 'name', descending: false },
    { key: 'version_number', descending: true },
  ],
};

export function createVersionStore(tables: Kysely<Tables>, database: Database['kind']) {
  const select = () => tables.selectFrom('registry_versions').selectAll();
  const key = sql<string>`registry_versions.name || '/' || cast(registry_versions.version as text)`;
  const searched: Searched = { ...searchableVersions, database, type: 'ModelVersion', key };
  return {
    insert: async (version: Version) => {
      await tables.insertInto('registry_versions').values(version).execute();
    },
    find: ({ name, version }: VersionKey) =>
      select().where('name', '=', name).where('version', '=', version).executeTakeFirst(),
    /** Whether the files of some version lie there. */
    hasFilesAt: async ({ runId, places, below }: FilesAsked): Promise<boolean> => {
      let query = tables.selectFrom('registry_versions').select('version');
      if (runId !== undefined) query = query.where('run_id', '=', runId);
      const found = await query
        .where(({ or, eb }) => or([eb('storage_location', 'in', places), ...below.map(liesBelow)]))
        .limit(1)
        .executeTakeFirst();
      return found !== undefined;
    },
    /** Of each of these models the newest version of each stage. */
    latest: async (names: readonly string[]): Promise<Version[]> => {
      if (names.length === 0) return [];
      const newest = tables
        .selectFrom('registry_versions')
        .select((row) => ['name', row.fn.max('version').as('version')])
        .where('name', 'in', names)
        .groupBy(['name', 'stage'])
        .as('newest');
      return tables
        .selectFrom('registry_versions')
        .innerJoin(newest, (join) =>
          join
            .onRef('newest.name', '=', 'registry_versions.name')
            .onRef('newest.version', '=', 'registry_versions.version'),
        )
        .selectAll('registry_versions')
        .orderBy('registry_versions.version')
        .execute();
    },
    update: async ({ name, version }: VersionKey, change: Change) => {
      await tables
        .updateTable('registry_versions')
        .set(change)
        .where('name', '=', name)
        .where('version', '=', version)
        .execute();
    },
    /** Every other version of this stage goes to another one. */
    moveOthers: async ({ name, version, stage }: Pick<Version, 'name' | 'version' | 'stage'>, change: Change) => {
      await tables
        .updateTable('registry_versions')
        .set(change)
        .where('name', '=', name)
        .where('version', '!=', version)
        .where('stage', '=', stage)
        .execute();
    },
    remove: async ({ name, version }: VersionKey) => {
      await tables.deleteFrom('registry_versions').where('name', '=', name).where('version', '=', version).execute();
    },
    removeAll: async (name: string) => {
      await tables.deleteFrom('registry_versions').where('name', '=', name).execute();
    },
    search: (search: Search, prompts: Prompts) =>
      select()
        .where(conditionsOf(search.clauses, searched))
        .where(promptCondition(prompts, sql<string>`registry_versions.name`))
        .orderBy(orderingOf(search.order, searched))
        .offset(search.offset)
        .limit(search.limit + 1)
        .execute(),
  };
}

function liesBelow(place: string) {
  const prefix = `${place}/`;
  return sql<boolean>`substr(storage_location, 1, length(cast(${prefix} as text))) = ${prefix}`;
}
