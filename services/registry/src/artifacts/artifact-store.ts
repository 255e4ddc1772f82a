import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { foldersOf, parentOf } from './artifact-path.ts';

type Row = Selectable<Tables['registry_artifacts']>;
export type Artifact = Pick<Row, 'path' | 'digest' | 'size_bytes' | 'created_at_ms'>;
export type StoredFile = {
  readonly root: string;
  readonly path: string;
  readonly digest: string;
  readonly sizeBytes: number;
};

/** What lies where. The bytes lie in files that are named by their digest. */
export function createArtifactStore(tables: Kysely<Tables>) {
  const below = (root: string, path: string) => {
    const prefix = path === '' ? '' : `${path}/`;
    return sql<boolean>`root = ${root} and (path = ${path} or substr(path, 1, length(cast(${prefix} as text))) = ${prefix})`;
  };
  return {
    find: (root: string, path: string): Promise<Artifact | undefined> =>
      tables
        .selectFrom('registry_artifacts')
        .selectAll()
        .where('root', '=', root)
        .where('path', '=', path)
        .executeTakeFirst(),
    /** What lies directly in a folder, in no order. */
    list: (root: string, parent: string): Promise<Artifact[]> =>
      tables
        .selectFrom('registry_artifacts')
        .selectAll()
        .where('root', '=', root)
        .where('parent', '=', parent)
        .execute(),
    /** The file, with the folders that it lies in. `false` when something of the other kind lies in the way; then take all back. */
    put: async ({ root, path, digest, sizeBytes }: StoredFile, nowMs: number): Promise<boolean> => {
      const folders = foldersOf(path);
      if (!(await putFolders(tables, { root, folders, nowMs }))) return false;
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('registry_artifacts')
        .values({ root, path, parent: parentOf(path), digest, size_bytes: sizeBytes, created_at_ms: nowMs })
        .onConflict((conflict) =>
          conflict
            .columns(['root', 'path'])
            .doUpdateSet({ digest, size_bytes: sizeBytes, created_at_ms: nowMs })
            .where('registry_artifacts.digest', 'is not', null),
        )
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    /** The file, or the folder with all that lies in it. */
    remove: async (root: string, path: string) => {
      await tables.deleteFrom('registry_artifacts').where(below(root, path)).execute();
    },
  };
}

type Folders = { readonly root: string; readonly folders: readonly string[]; readonly nowMs: number };

async function putFolders(tables: Kysely<Tables>, { root, folders, nowMs }: Folders): Promise<boolean> {
  if (folders.length === 0) return true;
  const rows = folders.map((path) => ({
    ...{ root, path, parent: parentOf(path) },
    ...{ digest: null, size_bytes: 0, created_at_ms: nowMs },
  }));
  await tables
    .insertInto('registry_artifacts')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['root', 'path']).doNothing())
    .execute();
  const file = await tables
    .selectFrom('registry_artifacts')
    .select('path')
    .where('root', '=', root)
    .where('path', 'in', folders)
    .where('digest', 'is not', null)
    .executeTakeFirst();
  return file === undefined;
}
