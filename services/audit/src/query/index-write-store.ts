import { tileWidth } from '@modelward/merkle';
import { type Kysely, sql, type Tables } from '@modelward/storage';

/** The entries of one stretch of the log, in order, with what each can be found by. */
export type Stretch = {
  readonly from: number;
  readonly entries: readonly { readonly timeMs: number; readonly terms: readonly string[] }[];
};

/** Rows of one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const rowsAtOnce = 5000;
/** Terms that are remembered, so that most of a stretch is written without a look. */
const mostRemembered = 100_000;

/** Writes the index. */
export type IndexWriteStore = ReturnType<typeof createIndexWriteStore>;

export function createIndexWriteStore(tables: Kysely<Tables>) {
  let remembered = new Map<string, number>();

  async function idsOf(db: Kysely<Tables>, terms: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const ids = new Map<string, number>();
    const unknown: string[] = [];
    for (const term of terms) {
      const id = remembered.get(term);
      if (id === undefined) unknown.push(term);
      else ids.set(term, id);
    }
    for (const part of chunks(unknown, rowsAtOnce)) {
      const rows = await db.selectFrom('record_terms').select(['id', 'term']).where('term', 'in', part).execute();
      for (const { id, term } of rows) ids.set(term, id);
    }
    return ids;
  }

  async function addTerms(db: Kysely<Tables>, terms: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const known = await idsOf(db, terms);
    const missing = terms.filter((term) => !known.has(term));
    if (missing.length === 0) return known;
    const last = await db
      .selectFrom('record_terms')
      .select((max) => max.fn.max('id').as('id'))
      .executeTakeFirst();
    const first = (last?.id ?? 0) + 1;
    const rows = missing.map((term, at) => ({ id: first + at, term, mentions: 0 }));
    for (const part of chunks(rows, rowsAtOnce)) await db.insertInto('record_terms').values(part).execute();
    return new Map([...known, ...rows.map(({ id, term }) => [term, id] as const)]);
  }

  return {
    /** Throws everything away, of whatever log it was, and begins the index of this one. */
    begin: async (origin: string): Promise<void> => {
      remembered = new Map();
      await tables.transaction().execute(async (db) => {
        for (const table of ['record_mentions', 'record_times', 'record_terms', 'record_index_state'] as const)
          await db.deleteFrom(table).execute();
        await db.insertInto('record_index_state').values({ origin, size: 0 }).execute();
      });
    },
    /** All or nothing. False when somebody else has gone on from there meanwhile. */
    add: async (origin: string, { from, entries }: Stretch): Promise<boolean> => {
      const counts = countTerms(entries);
      const added = await tables.transaction().execute(async (db) => {
        const until = from + entries.length;
        const moved = await db
          .updateTable('record_index_state')
          .set({ size: until })
          .where('origin', '=', origin)
          .where('size', '=', from)
          .executeTakeFirst();
        if (Number(moved.numUpdatedRows) !== 1) return undefined;
        const ids = await addTerms(db, [...counts.keys()]);
        await addMentions(db, { from, entries }, ids);
        await addCounts(
          db,
          [...counts].map(([term, count]) => [ids.get(term) ?? 0, count] as const),
        );
        return ids;
      });
      if (added === undefined) return false;
      if (remembered.size + added.size > mostRemembered) remembered = new Map();
      for (const [term, id] of added) remembered.set(term, id);
      return true;
    },
  };
}

function countTerms(entries: Stretch['entries']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { terms } of entries) for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

async function addMentions(
  db: Kysely<Tables>,
  { from, entries }: Stretch,
  ids: ReadonlyMap<string, number>,
): Promise<void> {
  const mentions = entries.flatMap(({ terms }, at) =>
    terms.map((term) => ({ term_id: ids.get(term) ?? 0, entry_index: from + at })),
  );
  // In the order of the key, so that neighbours are written together.
  mentions.sort((a, b) => a.term_id - b.term_id || a.entry_index - b.entry_index);
  for (const part of chunks(mentions, rowsAtOnce)) await db.insertInto('record_mentions').values(part).execute();
  const times = entries.flatMap(({ timeMs }, at) =>
    (from + at) % tileWidth === 0 ? [{ entry_index: from + at, time_ms: timeMs }] : [],
  );
  if (times.length > 0) await db.insertInto('record_times').values(times).execute();
}

async function addCounts(db: Kysely<Tables>, counts: readonly (readonly [id: number, count: number])[]): Promise<void> {
  for (const part of chunks(counts, 500)) {
    const cases = sql.join(
      part.map(([id, count]) => sql`when ${id} then ${sql.lit(count)}`),
      sql` `,
    );
    await db
      .updateTable('record_terms')
      .set({ mentions: sql<number>`mentions + case id ${cases} else 0 end` })
      .where(
        'id',
        'in',
        part.map(([id]) => id),
      )
      .execute();
  }
}

function* chunks<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
