import { fromUtf8, parseStrictJson, refused } from '@modelward/basics';
import type { AuditEntry } from '@modelward/contract';
import { decodeBundle, tilePath, tileWidth } from '@modelward/merkle';
import { readPublishedFile } from './published-files.ts';
import type { Log } from './sequencer.ts';

export type IndexedEntry = { readonly index: number; readonly entry: AuditEntry };

type Deps = {
  readonly log: Log;
  readonly folder: string;
  readonly unwritten: (path: string) => Uint8Array | undefined;
};

export type Reading = ReturnType<typeof createReading>;

/** Entries by their index, from the bundles on disk and from what is still in memory. */
export function createReading({ log, folder, unwritten }: Deps) {
  async function entriesOf(bundle: number): Promise<readonly Uint8Array[]> {
    const start = bundle * tileWidth - log.recentFrom;
    if (start >= 0) return log.recent.slice(start, Math.min(start + tileWidth, log.durableSize - log.recentFrom));
    const path = tilePath({ level: 'entries', index: bundle, width: tileWidth });
    const bytes = unwritten(path) ?? (await readPublishedFile(folder, path));
    const entries = bytes && decodeBundle(bytes);
    if (entries?.length !== tileWidth)
      throw new Error(`\`${path}\` of the record is missing or cut; verify the record`);
    return entries;
  }

  async function entries({
    from,
    limit,
  }: {
    readonly from: number;
    readonly limit: number;
  }): Promise<readonly IndexedEntry[]> {
    const end = Math.min(from + limit, log.durableSize);
    const found: IndexedEntry[] = [];
    while (from + found.length < end) {
      const index = from + found.length;
      const bundle = Math.floor(index / tileWidth);
      const bytes = (await entriesOf(bundle)).slice(index - bundle * tileWidth, end - bundle * tileWidth);
      if (bytes.length === 0) break;
      found.push(...bytes.map((entry, at) => ({ index: index + at, entry: readEntry(entry, index + at) })));
    }
    return found;
  }

  async function* backwards(): AsyncGenerator<IndexedEntry> {
    for (let bundle = Math.ceil(log.durableSize / tileWidth) - 1; bundle >= 0; bundle -= 1) {
      yield* (await entries({ from: bundle * tileWidth, limit: tileWidth })).toReversed();
    }
  }

  return { entries, backwards };
}

function readEntry(bytes: Uint8Array, index: number): AuditEntry {
  const text = fromUtf8(bytes);
  const entry = text === undefined ? refused('not-json') : parseStrictJson(text);
  if (!entry.ok) throw new Error(`entry ${index} of the record cannot be read; verify the record`);
  return entry.value as unknown as AuditEntry;
}
