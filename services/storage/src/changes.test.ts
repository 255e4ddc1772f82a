import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../tests/support/databases.ts';
import type { Written } from './changes.ts';
import type { Database } from './database.ts';
import { sql } from './index.ts';

describe.each(databases)('news of changes on $name', ({ open }) => {
  let database: Database;
  let told: (readonly string[] | 'all')[];
  beforeEach(async () => {
    database = await open();
    told = [];
    database.changes.subscribe((written: Written) => told.push(written === 'all' ? 'all' : [...written].sort()));
  });
  afterEach(() => database.close());

  const addGroup = (tables: Database['tables'], id: string) =>
    tables.insertInto('groups').values({ id, name: id, created_at_ms: 0 }).execute();

  it('is there when whoever wrote hears that it is done, and names the table', async () => {
    await addGroup(database.tables, 'grp_1');
    expect(told).toEqual([['groups']]);
    await database.tables.updateTable('groups').set({ name: 'two' }).where('id', '=', 'grp_1').execute();
    await database.tables.deleteFrom('groups').where('id', '=', 'grp_1').execute();
    expect(told).toEqual([['groups'], ['groups'], ['groups']]);
  });

  it('is none of what only reads', async () => {
    await database.tables.selectFrom('groups').selectAll().execute();
    await database.tables
      .with('some', (within) => within.selectFrom('groups').select('id'))
      .selectFrom('some')
      .selectAll()
      .execute();
    expect(told).toEqual([]);
  });

  it('comes once for a transaction, after it, with all that it wrote', async () => {
    await database.tables.transaction().execute(async (tables) => {
      await addGroup(tables, 'grp_1');
      await tables.deleteFrom('projects').execute();
      await addGroup(tables, 'grp_2');
      expect(told).toEqual([]);
    });
    expect(told).toEqual([['groups', 'projects']]);
  });

  it('is none of a transaction that came to nothing', async () => {
    const broken = database.tables.transaction().execute(async (tables) => {
      await addGroup(tables, 'grp_1');
      throw new Error('no');
    });
    await expect(broken).rejects.toThrow('no');
    expect(told).toEqual([]);
    await addGroup(database.tables, 'grp_1');
    expect(told).toEqual([['groups']]);
  });

  it('counts what cannot be read from a statement as a change of everything', async () => {
    await sql`delete from groups`.execute(database.tables);
    expect(told).toEqual(['all']);
  });

  it('finds what a statement writes beside what it answers', async () => {
    if (database.kind === 'sqlite') return expect(told).toEqual([]);
    await database.tables
      .with('gone', (within) => within.deleteFrom('groups').returning('id'))
      .selectFrom('gone')
      .selectAll()
      .execute();
    expect(told).toEqual([['groups']]);
  });

  it('ends with the subscription', async () => {
    let count = 0;
    const stop = database.changes.subscribe(() => {
      count += 1;
    });
    await addGroup(database.tables, 'grp_1');
    stop();
    await addGroup(database.tables, 'grp_2');
    expect(count).toBe(1);
  });
});
