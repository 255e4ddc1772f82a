import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { newId } from '../testing/world.ts';
import { createProjects } from './projects.ts';

describe.each(databases)('projects on $name', ({ open }) => {
  let database: Database;
  let projects: ReturnType<typeof createProjects>;
  beforeEach(async () => {
    database = await open();
    projects = createProjects({ tables: database.tables, nowMs: () => 1, newId });
  });
  afterEach(() => database.close());
  const add = (key: string) => projects.add({ key, title: `Project ${key}`, listed: false });

  it('are found by their key and listed in its order', async () => {
    await add('fraud');
    const added = await projects.add({ key: 'churn', title: 'Churn', listed: true });
    expect(added).toMatchObject({ ok: true, value: { key: 'churn', title: 'Churn', listed: true } });
    expect((await projects.list()).map(({ key }) => key)).toEqual(['churn', 'fraud']);
    expect(await projects.findByKey('churn')).toEqual(added.ok && added.value);
    expect(await projects.findById((added.ok && added.value.id) || '')).toEqual(added.ok && added.value);
    expect(await projects.findByKey('none')).toBeUndefined();
  });

  it('have one key each, also when two come at once', async () => {
    const answers = await Promise.all([add('fraud'), add('fraud'), add('fraud')]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter(({ ok }) => !ok)).toEqual([
      { ok: false, reason: 'exists' },
      { ok: false, reason: 'exists' },
    ]);
  });

  it.each(['', 'a', 'Fraud', '1fraud', 'fraud.eu', 'fraud/eu', 'a'.repeat(64), '-fraud', 'fraud\n'])(
    'refuse the key %j',
    async (key) => expect(await add(key)).toEqual({ ok: false, reason: 'key-form' }),
  );

  it('refuse a title that is empty or too long', async () => {
    for (const title of ['', '   ', 'x'.repeat(201)]) {
      expect(await projects.add({ key: 'fraud', title, listed: false })).toEqual({ ok: false, reason: 'title-form' });
    }
  });

  it('own the names that begin with their key, the longest key first', async () => {
    const longest = 'x'.repeat(63);
    for (const key of ['fraud', 'fraud-eu', 'fraud-eu-west', longest]) await add(key);
    const owners: [string, string | undefined][] = [
      ['fraud', 'fraud'],
      ['fraud.scores', 'fraud'],
      ['fraud-us', 'fraud'],
      ['fraud_eu', 'fraud'],
      ['fraud/eu', 'fraud'],
      ['fraud-eu', 'fraud-eu'],
      ['fraud-eu.scores-v2', 'fraud-eu'],
      ['fraud-eu-west/first', 'fraud-eu-west'],
      ['fraud-eu-westerly', 'fraud-eu'],
      ['frauds', undefined],
      ['Fraud.scores', undefined],
      ['.fraud', undefined],
      ['', undefined],
      [longest, longest],
      [`${longest}.scores`, longest],
      [`${longest}x`, undefined],
      [`fraud.${'y'.repeat(100_000)}`, 'fraud'],
    ];
    for (const [name, key] of owners) {
      expect({ name: name.slice(0, 80), key: (await projects.forName(name))?.key }).toEqual({
        name: name.slice(0, 80),
        key,
      });
    }
  });
});
