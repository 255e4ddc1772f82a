import { setTimeout as wait } from 'node:timers/promises';
import { tileWidth } from '@modelward/merkle';
import type { Kysely, Tables } from '@modelward/storage';
import type { IndexedEntry } from '../reading.ts';
import { createCatchingUp, type IndexedRecord } from './catching-up.ts';
import { createIndexStore } from './index-store.ts';
import { createIndexWriteStore } from './index-write-store.ts';
import { searchIndex } from './search.ts';

/** Who, what, on what, with which outcome, when. Of each list one is enough; each list that is there must be met. */
export type RecordQuery = {
  readonly actor?: readonly string[];
  readonly action?: readonly string[];
  readonly about?: readonly string[];
  readonly outcome?: readonly string[];
  readonly type?: readonly string[];
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
  /** Only entries before this index: where the last page ended. */
  readonly before?: number | undefined;
  readonly limit: number;
};

export type RecordMatches = {
  /** The newest first. */
  readonly entries: readonly IndexedEntry[];
  /** The index knows the entries below this one, and has looked at those from `from` on. */
  readonly covered: { readonly from: number; readonly until: number };
};

/** How long a query waits for what was written just now. */
const patienceMs = 2000;

type Deps = {
  readonly tables: Kysely<Tables>;
  readonly record: IndexedRecord;
  readonly onFault: (fault: unknown) => void;
};

export type RecordIndex = ReturnType<typeof createRecordIndex>;

/** Answers questions about the record from an index of it. What it answers is as good as the index: proofs are elsewhere. */
export function createRecordIndex({ tables, record, onFault }: Deps) {
  const store = createIndexStore(tables);
  const { catchUpSoon, rebuild, close } = createCatchingUp({
    store: { ...store, ...createIndexWriteStore(tables) },
    record,
    onFault,
  });

  async function query(wanted: RecordQuery): Promise<RecordMatches> {
    await Promise.race([catchUpSoon(), wait(patienceMs, undefined, { ref: false })]);
    const size = (await store.sizeOf(record.origin)) ?? 0;
    const range = await rangeOf(wanted, size);
    const groups = await groupsOf(wanted);
    if (groups === 'nothing') return { entries: [], covered: range };
    return searchIndex({ wanted, groups, ...range }, { store, record });
  }

  async function rangeOf({ fromMs, untilMs, before }: RecordQuery, size: number) {
    const from = fromMs === undefined ? 0 : await store.bundleBefore(fromMs);
    // Behind the last bundle that began in time, none does.
    const until = untilMs === undefined ? size : (await store.bundleBefore(untilMs)) + tileWidth;
    return { from, until: Math.max(from, Math.min(until, size, before ?? size)) };
  }

  /** The rarest first, so that the least is looked through. A term that nothing mentions has no match. */
  async function groupsOf(wanted: RecordQuery): Promise<readonly (readonly number[])[] | 'nothing'> {
    const groups = kinds.flatMap((kind) =>
      wanted[kind] === undefined ? [] : [wanted[kind].map((one) => `${kind}:${one}`)],
    );
    const rows = groups.length === 0 ? [] : await store.termsOf(groups.flat());
    const known = new Map(rows.map((row) => [row.term, row]));
    const found = groups.map((terms) => terms.flatMap((term) => known.get(term) ?? []));
    if (found.some((group) => group.length === 0)) return 'nothing';
    const weight = (group: typeof rows) => group.reduce((sum, { mentions }) => sum + mentions, 0);
    return found.toSorted((a, b) => weight(a) - weight(b)).map((group) => group.map(({ id }) => id));
  }

  return { query, catchUpSoon, rebuild, close };
}

const kinds = ['actor', 'action', 'about', 'outcome', 'type'] as const;
