import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, fromUtf8 } from '@modelward/basics';
import { type Checkpoint, openNote, parseCheckpoint, parseVerifierKey, type TreeEdge } from '@modelward/merkle';
import { sha256, verifyEd25519 } from './crypto.ts';
import { type Group, readGroups } from './frames.ts';
import { createPublishedLeaves, recoverPublished } from './published-log.ts';
import { listSegments } from './segments.ts';
import { wayOut } from './way-out.ts';

/** Everything that a log holds on disk, put together again. */
export type Recovered = {
  readonly edge: TreeEdge;
  /** The last signed checkpoint, published or not. Absent for a log that has none yet. */
  readonly note: string | undefined;
  readonly publishedSize: number;
  /** The entries from the last full bundle on. */
  readonly recentFrom: number;
  readonly recent: Uint8Array[];
  /** Lines of the side store that the write-ahead segments hold; some may be in it already. */
  readonly sealed: string[];
};

export type Place = { readonly folder: string; readonly verifierKey: string };

type Recovering = { -readonly [Key in keyof Recovered]: Recovered[Key] };
type SignedGroup = Group & { readonly checkpoint: Checkpoint; readonly text: string };
type IsPublished = (entry: Uint8Array, index: number) => Promise<boolean>;

export const segmentFolder = (folder: string) => join(folder, 'wal');

/**
 * Puts a log together from its checkpoint, its tiles and what the write-ahead segments hold beyond them. Throws, in plain
 * words and with the way out, when these do not fit together.
 */
export async function recover(place: Place): Promise<Recovered> {
  const log: Recovering = await recoverPublished(place);
  const { publishedSize } = log;
  const groups = await readSegments(place.folder);
  const isPublished = createPublishedLeaves(place.folder, publishedSize);
  for (const group of groups) await takeGroup(log, group, isPublished);
  log.sealed.push(...groups.flatMap(({ sealed }) => sealed.map((line) => fromUtf8(line) ?? '')));
  const last = groups.at(-1);
  // One signature covers all entries before it: their roots were compared on the way.
  if (last !== undefined && log.edge.size() > publishedSize) refuseForeign(last.note, place.verifierKey);
  return log;
}

/** The groups of all segments, in order. */
async function readSegments(folder: string): Promise<readonly SignedGroup[]> {
  let all: readonly SignedGroup[] = [];
  for (const { path } of await listSegments(segmentFolder(folder))) {
    const { groups, damagedAt } = readGroups(await readFile(path));
    if (damagedAt !== undefined)
      throw new Error(`the write-ahead segment \`${path}\` is damaged at byte ${damagedAt}; ${wayOut}`);
    const own = groups.map(readCheckpointOf);
    const begin = own[0] === undefined ? Number.POSITIVE_INFINITY : firstIndexOf(own[0]);
    // A segment begins where its writer found the log. What an earlier writer wrote past that, it never acknowledged.
    all = [...all.filter(({ checkpoint }) => checkpoint.size <= begin), ...own];
  }
  return all;
}

function readCheckpointOf(group: Group): SignedGroup {
  const text = fromUtf8(group.note) ?? '';
  const checkpoint = parseCheckpoint(text);
  if (checkpoint === undefined) throw new Error(`a checkpoint in the write-ahead log is not of its form; ${wayOut}`);
  return { ...group, checkpoint, text };
}

function firstIndexOf({ entries, checkpoint }: SignedGroup): number {
  return checkpoint.size - entries.length;
}

async function takeGroup(log: Recovering, group: SignedGroup, isPublished: IsPublished): Promise<void> {
  const first = firstIndexOf(group);
  const size = log.edge.size();
  if (first > size) throw new Error(`entries ${size} to ${first - 1} are missing from the record; ${wayOut}`);
  for (const [at, entry] of group.entries.entries()) {
    if (first + at >= size) addEntry(log, entry);
    else if (!(await isPublished(entry, first + at)))
      throw new Error(`the write-ahead log and the tiles differ in entry ${first + at}; ${wayOut}`);
  }
  const { checkpoint, text } = group;
  if (checkpoint.size <= size) return;
  if (!equalBytes(log.edge.root(), checkpoint.root))
    throw new Error(`the write-ahead entries do not give the root that was signed at ${checkpoint.size}; ${wayOut}`);
  log.note = text;
}

function addEntry(log: Recovering, entry: Uint8Array): void {
  log.edge.append(entry);
  log.recent.push(Uint8Array.from(entry));
}

function refuseForeign(note: Uint8Array, verifierKey: string): void {
  const key = parseVerifierKey(sha256, verifierKey);
  const text = key && openNote(note, { key, verify: verifyEd25519, sha256 });
  const checkpoint = text?.ok === true ? parseCheckpoint(text.value) : undefined;
  if (checkpoint === undefined || checkpoint.origin !== key?.name)
    throw new Error(`a checkpoint in the write-ahead log is not signed by this log's key; ${wayOut}`);
}
