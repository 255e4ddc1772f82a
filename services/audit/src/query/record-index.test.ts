import type { AuditEntry, AuditEvent } from '@modelward/contract';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { decision, newPlace, open, outcome } from '../testing/logs.ts';
import { createRecordIndex, type RecordQuery } from './record-index.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const startMs = 1_800_000_000_000;

/** A log whose entries are a second apart, and its index. */
async function indexed(openDatabase: (typeof databases)[number]['open'], place = newPlace()) {
  let nowMs = startMs;
  const record = await open(place, { nowMs: () => (nowMs += 1000) });
  const database = await openDatabase();
  const faults: unknown[] = [];
  const index = createRecordIndex({ tables: database.tables, record, onFault: (fault) => faults.push(fault) });
  closers.push(database.close, record.close, index.close);
  const append = async (events: readonly AuditEvent[]) => {
    for (const event of events) await record.append(event);
  };
  return { record, index, database, append, faults };
}

const actor = (id: string) => ({ actor: { kind: 'person', id } }) as const;
const on = (id: string, action = 'model.read') => ({
  asked: [{ action, resource: { type: 'Model', id, project: 'prj_one', ref: `ref_${id.slice(4)}` } }],
});

describe.each(databases)('the index of the record on $name', ({ open: openDatabase }) => {
  it('finds by who, what, on what, outcome and time, the newest first', async () => {
    const { index, append, record } = await indexed(openDatabase);
    await append([
      decision('a', { ...actor('acc_ada'), ...on('res_x') }),
      outcome(1),
      decision('b', { ...actor('acc_ben'), ...on('res_x'), decision: 'deny' }),
      decision('c', { ...actor('acc_ada'), ...on('res_y', 'model.update') }),
      { type: 'change', what: 'role.assigned', ...actor('acc_ada'), subject: 'acc_ben', detail: { scope: 'res_x' } },
      { type: 'refusal', requestId: 'req_d', interface: 'mlflow', source: 'src_net', reason: 'credential-missing' },
    ] as AuditEvent[]);
    const found = async (query: Partial<RecordQuery>) =>
      (await index.query({ limit: 10, ...query })).entries.map((one) => one.index);
    const at = (place: number) => startMs + (place + 1) * 1000;
    const rows: readonly (readonly [Partial<RecordQuery>, readonly number[]])[] = [
      [{ actor: ['acc_ada'] }, [5, 4, 1]],
      [{ actor: ['acc_ada', 'acc_ben'] }, [5, 4, 3, 1]],
      [{ about: ['res_x'] }, [5, 3, 1]],
      [{ about: ['ref_x'] }, [3, 1]],
      [{ about: ['prj_one'], actor: ['acc_ben'] }, [3]],
      [{ action: ['model.update'] }, [4]],
      [{ action: ['role.assigned'], about: ['acc_ben'] }, [5]],
      [{ outcome: ['deny'] }, [6, 3]],
      [{ type: ['refusal'], actor: ['src_net'] }, [6]],
      [{ actor: ['acc_nobody'] }, []],
      [{ actor: ['acc_ada'], about: ['res_x'], fromMs: at(2) }, [5]],
      [{ actor: ['acc_ada'], untilMs: at(4) }, [1]],
      [{ fromMs: at(2), untilMs: at(4) }, [3, 2]],
      [{ actor: ['acc_ada'], limit: 2 }, [5, 4]],
      [{ actor: ['acc_ada'], before: 4 }, [1]],
    ];
    for (const [query, indices] of rows) expect([query, await found(query)]).toEqual([query, indices]);
    expect((await index.query({ limit: 1, type: ['decision'] })).covered).toEqual({ from: 4, until: record.size() });
  });

  it('answers as looking at every entry would, page after page', async () => {
    const { index, append, record, faults } = await indexed(openDatabase);
    const people = ['acc_a', 'acc_b', 'acc_c'];
    const things = ['res_a', 'res_b', 'res_c', 'res_d'];
    await Promise.all(
      Array.from({ length: 700 }, (_, at) =>
        record.append(
          decision(`n${at}`, {
            ...actor(people[at % 3] ?? ''),
            ...on(things[(at * 7) % 11] ?? 'res_a', at % 5 === 0 ? 'model.update' : 'model.read'),
            decision: at % 4 === 0 ? 'deny' : 'allow',
          }),
        ),
      ),
    );
    await append([outcome(3)]);
    const all = await record.entries({ from: 0, limit: 5000 });
    const matches = (entry: AuditEntry, query: Partial<RecordQuery>) =>
      entry.type === 'decision' &&
      (query.actor?.includes(entry.actor.id) ?? true) &&
      (query.about?.includes(entry.asked[0]?.resource.id ?? '') ?? true) &&
      (query.action?.includes(entry.asked[0]?.action ?? '') ?? true) &&
      (query.outcome?.includes(entry.decision) ?? true);
    const some = (values: readonly string[]) =>
      fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }), { nil: undefined });
    const queries = fc.record({
      actor: some(people),
      about: some(things),
      action: some(['model.read', 'model.update']),
      outcome: some(['allow', 'deny']),
      limit: fc.integer({ min: 100, max: 700 }),
    });
    type Wanted = { limit: number } & { [Kind in 'actor' | 'about' | 'action' | 'outcome']: string[] | undefined };
    const run = async ({ limit, ...wanted }: Wanted) => {
      const query = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
      const found: number[] = [];
      let before = record.size();
      while (before > 0) {
        const page = await index.query({ type: ['decision'], ...query, limit, before });
        found.push(...page.entries.map((one) => one.index));
        before = page.covered.from;
      }
      const expected = all.filter(({ entry }) => matches(entry, query)).map((one) => one.index);
      expect(found).toEqual(expected.toReversed());
    };
    await fc.assert(fc.asyncProperty(queries, run), { numRuns: 15 });
    expect(faults).toEqual([]);
  });

  it('is built again from the entries, whatever was in it', async () => {
    const { index, append, database } = await indexed(openDatabase);
    await append([decision('a', actor('acc_ada')), decision('b', actor('acc_ada'))]);
    const query = { actor: ['acc_ada'], limit: 10 };
    const before = await index.query(query);
    expect(before.entries).toHaveLength(2);
    await database.tables.deleteFrom('record_mentions').execute();
    expect((await index.query(query)).entries).toEqual([]);
    await index.rebuild();
    expect(await index.query(query)).toEqual(before);
  });

  it('of another log, or of one that knew more, is begun again', async () => {
    const { index, append, database, record } = await indexed(openDatabase);
    await append([decision('a', actor('acc_ada'))]);
    await database.tables.insertInto('record_index_state').values({ origin: 'modelward/old', size: 90 }).execute();
    const query = { actor: ['acc_ada'], limit: 10 };
    expect((await index.query(query)).entries).toHaveLength(1);
    expect(await database.tables.selectFrom('record_index_state').selectAll().execute()).toEqual([
      { origin: record.origin, size: record.size() },
    ]);
    await database.tables.updateTable('record_index_state').set({ size: 5000 }).execute();
    expect((await index.query(query)).covered.until).toBe(record.size());
  });
});
