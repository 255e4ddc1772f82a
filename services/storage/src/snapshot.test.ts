import { describe, expect, it } from 'vitest';
import { databases } from '../../../tests/support/databases.ts';
import { loadSnapshot, readSnapshot, type SnapshotRow } from './snapshot.ts';
import { derivedTables, tablesInOrder } from './tables.ts';

const account = {
  id: 'acc_1',
  kind: 'person',
  name: 'anna',
  email: null,
  state: 'active',
  password_hash: null,
  created_at_ms: 1_795_000_000_000,
} as const;

async function* each<Item>(items: readonly Item[]) {
  yield* items;
}

describe.each(databases)('a snapshot on $name', ({ open }) => {
  it('knows every table that the migrations make, and which are derived', async () => {
    const database = await open();
    const found = await database.tables.introspection.getTables();
    expect(found.map(({ name }) => name).sort()).toEqual([...tablesInOrder, ...derivedTables].sort());
    await database.close();
  });

  it.each(databases)('fills an empty database on $name with the same rows', async (other) => {
    const [from, to] = [await open(), await other.open()];
    await from.tables.insertInto('accounts').values(account).execute();
    await from.tables.insertInto('groups').values({ id: 'grp_1', name: 'team', created_at_ms: 1 }).execute();
    await from.tables.insertInto('group_members').values({ group_id: 'grp_1', account_id: 'acc_1' }).execute();
    const rows = await rowsOf(from);
    await loadSnapshot(to, each(rows));
    expect(await rowsOf(to)).toEqual(rows);
    expect(rows).toContainEqual({ table: 'accounts', row: account });
    await Promise.all([from.close(), to.close()]);
  });

  it('never mixes with what is there, and leaves nothing of a broken one', async () => {
    const database = await open();
    const good = { table: 'accounts', row: account } as const;
    const broken = { table: 'group_members', row: { group_id: 'grp_missing', account_id: 'acc_1' } } as const;
    await expect(loadSnapshot(database, each([good, broken]))).rejects.toThrow();
    expect(await rowsOf(database)).toEqual([]);
    await loadSnapshot(database, each([good]));
    await expect(loadSnapshot(database, each([good]))).rejects.toThrow('not empty');
    await database.close();
  });
});

async function rowsOf(database: Parameters<typeof readSnapshot>[0]): Promise<SnapshotRow[]> {
  const rows: SnapshotRow[] = [];
  await readSnapshot(database, async (row) => {
    rows.push({ table: row.table, row: { ...row.row } });
  });
  return rows;
}
