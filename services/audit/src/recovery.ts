import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '@modelward/basics';
import {
  type Checkpoint,
  createTreeEdge,
  decodeBundle,
  describeLogFlaw,
  hashBytes,
  levelsOf,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  readCheckpoint,
  type TreeEdge,
  tilePath,
  tilesAt,
  tileWidth,
} from '@modelward/merkle';
import { sha256, verifyEd25519 } from './crypto.ts';
import { hasCheckpointAfter, readFrame } from './frames.ts';
import { readHashTile, readPublishedFile } from './published-files.ts';
import { listSegments } from './segments.ts';

/** Everything that a log holds on disk, put together again. */
export type Recovered = {
  readonly edge: TreeEdge;
  /** The last signed checkpoint, published or not. Absent for a log that has none yet. */
  readonly note: string | undefined;
  readonly publishedSize: number;
  /** The entries from the last full bundle on. */
  readonly recentFrom: number;
  readonly recent: Uint8Array[];
};

type Place = { readonly folder: string; readonly verifierKey: string };

export const segmentFolder = (folder: string) => join(folder, 'wal');

const wayOut =
  'restore the whole data folder from a backup with `npx modelward restore`, which opens a new log that cites this one';

/** Throws, in plain words and with the way out, when what lies on disk does not fit together. */
export async function recover(place: Place): Promise<Recovered> {
  const published = await recoverPublished(place);
  for (const segment of await listSegments(segmentFolder(place.folder)))
    replay(published, await readFile(segment.path), place.verifierKey);
  return published;
}

type Recovering = { -readonly [Key in keyof Recovered]: Recovered[Key] };

async function recoverPublished(place: Place): Promise<Recovering> {
  const read = (path: string) => readPublishedFile(place.folder, path);
  const checkpoint = await readCheckpoint({ read, verifierKey: place.verifierKey, sha256, verify: verifyEd25519 });
  if (!checkpoint.ok && checkpoint.reason.reason === 'checkpoint-missing') return emptyLog();
  if (!checkpoint.ok)
    throw new Error(`the published checkpoint is refused: ${describeLogFlaw(checkpoint.reason)}; ${wayOut}`);
  const { size } = checkpoint.value;
  const edge = createTreeEdge(sha256, { size, partials: await readPartials(place.folder, size) });
  if (!equalBytes(edge.root(), checkpoint.value.root))
    throw new Error(`the tiles do not give the root of the published checkpoint; ${wayOut}`);
  const note = new TextDecoder().decode(await read('checkpoint'));
  return {
    edge,
    note,
    publishedSize: size,
    recentFrom: size - (size % tileWidth),
    recent: await readRecent(place.folder, size),
  };
}

function emptyLog(): Recovering {
  return {
    edge: createTreeEdge(sha256, { size: 0, partials: [] }),
    note: undefined,
    publishedSize: 0,
    recentFrom: 0,
    recent: [],
  };
}

async function readPartials(folder: string, size: number): Promise<Uint8Array[][]> {
  const partials: Uint8Array[][] = [];
  for (let level = 0; level < levelsOf(size); level += 1) {
    const [tile] = tilesAt(level, size, Math.floor(size / tileWidth ** (level + 1)));
    if (tile === undefined) {
      partials.push([]);
      continue;
    }
    const bytes = await readHashTile(folder, tile);
    if (bytes?.length !== tile.width * hashBytes) throw new Error(`\`${tilePath(tile)}\` is missing or cut; ${wayOut}`);
    partials.push(Array.from({ length: tile.width }, (_, at) => bytes.slice(at * hashBytes, (at + 1) * hashBytes)));
  }
  return partials;
}

async function readRecent(folder: string, size: number): Promise<Uint8Array[]> {
  const [bundle] = tilesAt('entries', size, Math.floor(size / tileWidth));
  if (bundle === undefined) return [];
  const bytes =
    (await readPublishedFile(folder, tilePath(bundle))) ??
    (await readPublishedFile(folder, tilePath({ ...bundle, width: tileWidth })));
  const entries = bytes && decodeBundle(bytes)?.slice(0, bundle.width);
  if (entries?.length !== bundle.width) throw new Error(`\`${tilePath(bundle)}\` is missing or cut; ${wayOut}`);
  return [...entries];
}

/** Takes over what a segment holds beyond what is known. What stands after its last checkpoint was never answered for. */
function replay(log: Recovering, segment: Buffer, verifierKey: string): void {
  let group: Uint8Array[] = [];
  let at = 0;
  for (let found = readFrame(segment, at); found !== undefined; found = readFrame(segment, at)) {
    if (found.frame.kind === 'entry') {
      group.push(found.frame.payload);
    } else {
      takeGroup(log, group, { note: found.frame.payload, verifierKey });
      group = [];
    }
    at = found.end;
  }
  if (hasCheckpointAfter(segment, at))
    throw new Error(`the write-ahead segment is damaged in its middle, at byte ${at}; ${wayOut}`);
}

function takeGroup(
  log: Recovering,
  group: readonly Uint8Array[],
  signed: { note: Uint8Array; verifierKey: string },
): void {
  const checkpoint = openCheckpoint(signed);
  const missing = checkpoint.size - log.edge.size();
  if (missing > group.length)
    throw new Error(
      `entries ${log.edge.size()} to ${checkpoint.size - group.length - 1} are missing from the record; ${wayOut}`,
    );
  // A group that was published already is only compared as far as its entries are still at hand.
  if (missing <= 0) return;
  for (const entry of group.slice(group.length - missing)) {
    log.edge.append(entry);
    log.recent.push(Uint8Array.from(entry));
  }
  if (!equalBytes(log.edge.root(), checkpoint.root))
    throw new Error(`the write-ahead entries do not give the root that was signed at ${checkpoint.size}; ${wayOut}`);
  log.note = new TextDecoder().decode(signed.note);
}

function openCheckpoint({ note, verifierKey }: { note: Uint8Array; verifierKey: string }): Checkpoint {
  const key = parseVerifierKey(sha256, verifierKey);
  const text = key && openNote(note, { key, verify: verifyEd25519, sha256 });
  const checkpoint = text?.ok === true ? parseCheckpoint(text.value) : undefined;
  if (checkpoint === undefined || checkpoint.origin !== key?.name)
    throw new Error(`a checkpoint in the write-ahead log is not signed by this log's key; ${wayOut}`);
  return checkpoint;
}
