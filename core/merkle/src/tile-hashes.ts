import { ok, type Result, refused } from '@modelward/basics';
import { hashBytes, largestPowerBelow, nodeHash, rootOf, type Sha256 } from './hashing.ts';
import type { FileFlaw } from './log-flaws.ts';
import type { LeafRange } from './proofs.ts';
import { type Tile, tilePath, tileWidth } from './tiles.ts';

/** Reads one published file of a log, or undefined when there is none. */
export type ReadLogFile = (path: string) => Promise<Uint8Array | undefined>;

/** A log's hash tiles as of one size. They are as the files have them: the caller verifies what it builds from them. */
export type TileHashes = {
  readonly hashOf: (range: LeafRange) => Promise<Result<Uint8Array, FileFlaw>>;
  /** The first `count` hashes of a tile. */
  readonly firstOf: (
    tile: Omit<Tile, 'width'> & { level: number },
    count: number,
  ) => Promise<Result<readonly Uint8Array[], FileFlaw>>;
};

export function readTileHashes({
  read,
  sha256,
  size,
}: {
  readonly read: ReadLogFile;
  readonly sha256: Sha256;
  readonly size: number;
}): TileHashes {
  const tiles = new Map<string, ReturnType<typeof readTile>>();

  /** A tile once read is kept: the hashes of one proof share most of theirs. */
  const tileAt = (level: number, index: number) => {
    const width = Math.min(tileWidth, Math.floor(size / tileWidth ** level) - index * tileWidth);
    const path = tilePath({ level, index, width });
    const reading = tiles.get(path) ?? readTile(read, { level, index, width });
    tiles.set(path, reading);
    return reading;
  };

  const hashOf = async ({ start, end }: LeafRange): Promise<Result<Uint8Array, FileFlaw>> => {
    const width = end - start;
    const split = largestPowerBelow(width);
    if (width === 1 || split * 2 === width) return fullSubtree(start, width);
    const left = await hashOf({ start, end: start + split });
    const right = await hashOf({ start: start + split, end });
    if (!left.ok || !right.ok) return left.ok ? right : left;
    return ok(nodeHash(sha256, left.value, right.value));
  };

  /** A subtree of 2^n leaves: its hash, or the few below it, stand in one tile of the highest level that is not above it. */
  const fullSubtree = async (start: number, width: number): Promise<Result<Uint8Array, FileFlaw>> => {
    let [level, span] = [0, 1];
    while (span * tileWidth <= width) [level, span] = [level + 1, span * tileWidth];
    const at = start / span;
    const tile = await tileAt(level, Math.floor(at / tileWidth));
    if (!tile.ok) return tile;
    const from = at % tileWidth;
    return ok(rootOf(sha256, tile.value.slice(from, from + width / span)));
  };

  return {
    hashOf,
    async firstOf({ level, index }, count) {
      if (count === 0) return ok([]);
      const tile = await tileAt(level, index);
      return tile.ok ? ok(tile.value.slice(0, count)) : tile;
    },
  };
}

/** A partial tile may be gone once the full one is there, whose first hashes are the same (C2SP tlog-tiles, "Partial tiles"). */
async function readTile(read: ReadLogFile, tile: Tile): Promise<Result<readonly Uint8Array[], FileFlaw>> {
  const path = tilePath(tile);
  const partial = await read(path);
  const full =
    partial === undefined && tile.width < tileWidth ? await read(tilePath({ ...tile, width: tileWidth })) : undefined;
  const bytes = partial ?? full;
  if (bytes === undefined) return refused({ reason: 'file-missing', path });
  const width = full === undefined ? tile.width : tileWidth;
  if (bytes.length !== width * hashBytes) return refused({ reason: 'file-malformed', path });
  return ok(Array.from({ length: tile.width }, (_, at) => bytes.subarray(at * hashBytes, (at + 1) * hashBytes)));
}
