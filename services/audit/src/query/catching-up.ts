import { setTimeout as wait } from 'node:timers/promises';
import type { AuditRecord } from '../record.ts';
import { termsOf } from './entry-terms.ts';
import type { IndexStore } from './index-store.ts';
import type { IndexWriteStore } from './index-write-store.ts';

/** Entries that are indexed in one transaction: on SQLite, decisions wait for its end. */
const stretch = 512;

export type IndexedRecord = Pick<AuditRecord, 'origin' | 'size' | 'entries'>;

type Deps = {
  readonly store: Pick<IndexStore, 'sizeOf'> & IndexWriteStore;
  readonly record: IndexedRecord;
  readonly onFault: (fault: unknown) => void;
};

/** Brings the index up to what is in the record, in the background. */
export function createCatchingUp({ store, record, onFault }: Deps) {
  let catching: Promise<void> | undefined;
  let isClosed = false;

  const sizeNow = async (): Promise<number> => {
    const size = await store.sizeOf(record.origin);
    // One that is of another log, or knows more than there is, was not made from this record.
    if (size !== undefined && size <= record.size()) return size;
    await store.begin(record.origin);
    return 0;
  };

  async function catchUp(): Promise<void> {
    let size = await sizeNow();
    while (!isClosed && size < record.size()) {
      const startedMs = performance.now();
      const entries = await record.entries({ from: size, limit: stretch });
      const rows = entries.map(({ entry }) => ({
        timeMs: Date.parse(entry.time),
        terms: [...new Set(termsOf(entry))],
      }));
      // Another process on the same database may have gone on from there.
      if (!(await store.add(record.origin, { from: size, entries: rows }))) return;
      size += entries.length;
      // Half of the time is for those who wait for decisions.
      if (size < record.size()) await wait(performance.now() - startedMs);
    }
  }

  const catchUpSoon = (): Promise<void> => {
    catching ??= catchUp()
      .catch(onFault)
      .finally(() => {
        catching = undefined;
      });
    return catching;
  };

  return {
    catchUpSoon,
    /** Throws the index away, and begins it again from the entries. */
    async rebuild(): Promise<void> {
      await catching;
      await store.begin(record.origin);
      void catchUpSoon();
    },
    async close(): Promise<void> {
      isClosed = true;
      await catching;
    },
  };
}
