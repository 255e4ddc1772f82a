import { tileWidth } from '@modelward/merkle';
import { type Kysely, sql, type Tables } from '@modelward/storage';

/** Term ids, of which an entry must mention at least one of each group. */
export type Lookup = {
  readonly groups: readonly (readonly number[])[];
  readonly from: number;
  readonly until: number;
  readonly limit: number;
};

/** Reads the index. */
export function createIndexStore(tables: Kysely<Tables>) {
  return {
    sizeOf: async (origin: string): Promise<number | undefined> => {
      const row = await tables
        .selectFrom('record_index_state')
        .select('size')
        .where('origin', '=', origin)
        .executeTakeFirst();
      return row?.size;
    },
    termsOf: async (terms: readonly string[]) => {
      const rows = await tables.selectFrom('record_terms').selectAll().where('term', 'in', terms).execute();
      return rows;
    },
    /** The newest matches of a range, the newest first. */
    find: async ({ groups: [driver = [], ...others], from, until, limit }: Lookup): Promise<readonly number[]> => {
      let query = tables
        .selectFrom('record_mentions as m')
        .select('m.entry_index')
        .where('m.term_id', 'in', driver)
        .where('m.entry_index', '>=', from)
        .where('m.entry_index', '<', until);
      for (const group of others) {
        query = query.where(({ exists, selectFrom }) =>
          exists(
            selectFrom('record_mentions as o')
              .select(sql`1`.as('one'))
              .where('o.term_id', 'in', group)
              .whereRef('o.entry_index', '=', 'm.entry_index'),
          ),
        );
      }
      const rows = await query.distinct().orderBy('m.entry_index', 'desc').limit(limit).execute();
      return rows.map(({ entry_index }) => entry_index);
    },
    /** The first entry of the last bundle that began before this moment: what came then or later is not before it. */
    bundleBefore: async (timeMs: number): Promise<number> => lastBundle(tables, timeMs),
  };
}

export type IndexStore = ReturnType<typeof createIndexStore>;

/** By halves: times and indices go up together. */
async function lastBundle(tables: Kysely<Tables>, timeMs: number): Promise<number> {
  const end = await tables
    .selectFrom('record_times')
    .select((max) => max.fn.max('entry_index').as('last'))
    .executeTakeFirst();
  let [low, high] = [0, Math.floor((end?.last ?? 0) / tileWidth)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const row = await tables
      .selectFrom('record_times')
      .select('time_ms')
      .where('entry_index', '=', middle * tileWidth)
      .executeTakeFirst();
    if (row !== undefined && row.time_ms < timeMs) low = middle;
    else high = middle - 1;
  }
  return low * tileWidth;
}
