import { concatBytes, equalBytes, ok, type Result, refused } from '@modelward/basics';
import { decodeBundle } from './bundle.ts';
import type { Checkpoint } from './checkpoint.ts';
import { hashBytes } from './hashing.ts';
import type { LogFlaw } from './log-flaws.ts';
import { type CheckpointTrust, openCheckpoint } from './open-checkpoint.ts';
import { type ReadLogFile, readTileHashes } from './tile-hashes.ts';
import { levelsOf, type Tile, tilePath, tilesAt, tileWidth } from './tiles.ts';
import { createTreeEdge, type TreeEdge } from './tree.ts';

type Verification = CheckpointTrust & {
  readonly read: ReadLogFile;
  /**
   * A checkpoint of this log that the auditor already believes. Bundles that were full by then are not read again; the log
   * must go on from it. That the trusted entries themselves are still there and whole, this does not look at.
   */
  readonly trusted?: Checkpoint;
  /** Sees every entry that is not covered by the trusted checkpoint, in order. */
  readonly onEntry?: (entry: Uint8Array, index: number) => void;
};

/**
 * Verifies a published log: the checkpoint's signature, every entry against every tile, byte for byte, and the root. Without
 * a trusted checkpoint it cannot see a genuine older state put back, nor a history rewritten by who holds the key: for
 * these, keep checkpoints elsewhere.
 */
export async function verifyLog(log: Verification): Promise<Result<Checkpoint, LogFlaw>> {
  const opened = await readCheckpoint(log);
  if (!opened.ok) return opened;
  const { origin, size, root } = opened.value;
  if (log.trusted !== undefined && log.trusted.origin !== origin) return refused({ reason: 'other-origin' });
  if (log.trusted !== undefined && log.trusted.size > size) return refused({ reason: 'older-than-trusted' });
  const begun = await beginEdge(log, size);
  if (!begun.ok) return begun;
  const edge = begun.value;
  for (const bundle of tilesAt('entries', size, edge.size() / tileWidth)) {
    const flaw = (await takeBundle(log, edge, bundle)) ?? (await compareTiles(log, edge));
    if (flaw !== undefined) return refused(flaw);
    edge.letGo();
  }
  const flaw = await comparePartials(log, edge);
  if (flaw !== undefined) return refused(flaw);
  return equalBytes(edge.root(), root) ? opened : refused({ reason: 'root' });
}

export async function readCheckpoint({
  read,
  ...trust
}: Pick<Verification, 'read' | keyof CheckpointTrust>): Promise<Result<Checkpoint, LogFlaw>> {
  const note = await read('checkpoint');
  if (note === undefined) return refused({ reason: 'checkpoint-missing' });
  const opened = openCheckpoint(note, trust);
  return opened.ok ? ok(opened.value.checkpoint) : opened;
}

/**
 * The edge of the tree that is gone on from: empty, or of the full bundles below the trusted checkpoint. Its hashes come
 * from tiles that nothing vouches for; the trusted root does, once the edge has reached the trusted size.
 */
async function beginEdge(log: Verification, size: number): Promise<Result<TreeEdge, LogFlaw>> {
  const bundles = Math.floor((log.trusted?.size ?? 0) / tileWidth);
  const from = bundles * tileWidth;
  const tiles = readTileHashes({ ...log, size });
  const partials: (readonly Uint8Array[])[] = [];
  for (let level = 0; level < levelsOf(from); level += 1) {
    const count = Math.floor(from / tileWidth ** level) % tileWidth;
    const hashes = await tiles.firstOf({ level, index: Math.floor(from / tileWidth ** (level + 1)) }, count);
    if (!hashes.ok) return hashes;
    partials.push(hashes.value);
  }
  const edge = createTreeEdge(log.sha256, { size: from, partials });
  return contradictsTrusted(log, edge) ? refused({ reason: 'not-consistent' }) : ok(edge);
}

function contradictsTrusted({ trusted }: Verification, edge: TreeEdge): boolean {
  return trusted !== undefined && edge.size() === trusted.size && !equalBytes(edge.root(), trusted.root);
}

async function takeBundle(log: Verification, edge: TreeEdge, bundle: Tile): Promise<LogFlaw | undefined> {
  const path = tilePath(bundle);
  const bytes = await log.read(path);
  if (bytes === undefined) return { reason: 'file-missing', path };
  const entries = decodeBundle(bytes);
  if (entries?.length !== bundle.width) return { reason: 'file-malformed', path };
  for (const entry of entries) {
    if (edge.size() >= (log.trusted?.size ?? 0)) log.onEntry?.(entry, edge.size());
    edge.append(entry);
    if (contradictsTrusted(log, edge)) return { reason: 'not-consistent' };
  }
  return undefined;
}

/** The full tiles that the last bundle has completed, at every level. */
async function compareTiles(log: Verification, edge: TreeEdge): Promise<LogFlaw | undefined> {
  const size = edge.size();
  for (let level = 0; size % tileWidth ** (level + 1) === 0; level += 1) {
    const flaw = await compareTile(log, edge, { level, index: size / tileWidth ** (level + 1) - 1, width: tileWidth });
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

async function comparePartials(log: Verification, edge: TreeEdge): Promise<LogFlaw | undefined> {
  for (let level = 0; level < levelsOf(edge.size()); level += 1) {
    const last = [...tilesAt(level, edge.size(), Math.floor(edge.size() / tileWidth ** (level + 1)))].at(-1);
    const flaw = last === undefined ? undefined : await compareTile(log, edge, { ...last, level });
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

async function compareTile(
  { read }: Verification,
  edge: TreeEdge,
  tile: Tile & { level: number },
): Promise<LogFlaw | undefined> {
  const path = tilePath(tile);
  const bytes = await read(path);
  if (bytes === undefined) return { reason: 'file-missing', path };
  if (bytes.length !== tile.width * hashBytes) return { reason: 'file-malformed', path };
  return equalBytes(bytes, concatBytes(...edge.hashesOf(tile))) ? undefined : { reason: 'file-differs', path };
}
