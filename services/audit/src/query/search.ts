import type { IndexedEntry } from '../reading.ts';
import type { IndexedRecord } from './catching-up.ts';
import type { IndexStore } from './index-store.ts';
import type { RecordMatches, RecordQuery } from './record-index.ts';

const limits = {
  /** A statement holds up everybody else on SQLite, so a range is looked through in windows that each take about this long. */
  windowMs: 4,
  firstWindow: 16_384,
  smallestWindow: 1024,
  /** A query that finds little in a long range ends here, and says how far it came. */
  queryMs: 5000,
} as const;

export type Search = {
  readonly wanted: RecordQuery;
  /** Ids of terms, the rarest group first. */
  readonly groups: readonly (readonly number[])[];
  readonly from: number;
  readonly until: number;
};

type Deps = { readonly store: Pick<IndexStore, 'find'>; readonly record: IndexedRecord };

/** Looks through a range from its end, and reads the entries that are found. */
export async function searchIndex(search: Search, deps: Deps): Promise<RecordMatches> {
  const { wanted, from, until } = search;
  const endsMs = performance.now() + limits.queryMs;
  const found: IndexedEntry[] = [];
  let window: number = limits.firstWindow;
  let high = until;
  while (high > from && found.length < wanted.limit && performance.now() < endsMs) {
    const startedMs = performance.now();
    const low = Math.max(from, high - window);
    const limit = wanted.limit - found.length;
    const indices = await indicesIn({ ...search, from: low, until: high }, limit, deps);
    const tookMs = performance.now() - startedMs;
    found.push(...(await readAll(indices, deps)).filter((one) => isWithin(one, wanted)));
    // A full page may have left matches below its last one.
    high = indices.length >= limit ? (indices.at(-1) ?? low) : low;
    window = tookMs < limits.windowMs ? window * 2 : Math.max(limits.smallestWindow, Math.floor(window / 2));
  }
  return { entries: found, covered: { from: high, until } };
}

async function indicesIn({ groups, from, until }: Search, limit: number, { store }: Deps): Promise<readonly number[]> {
  if (groups.length > 0) return store.find({ groups, from, until, limit });
  return Array.from({ length: Math.min(limit, until - from) }, (_, at) => until - 1 - at);
}

async function readAll(indices: readonly number[], { record }: Deps): Promise<readonly IndexedEntry[]> {
  const entries: IndexedEntry[] = [];
  for (const index of indices) entries.push(...(await record.entries({ from: index, limit: 1 })));
  return entries;
}

function isWithin({ entry }: IndexedEntry, { fromMs, untilMs }: RecordQuery): boolean {
  const timeMs = Date.parse(entry.time);
  return (fromMs === undefined || timeMs >= fromMs) && (untilMs === undefined || timeMs < untilMs);
}
