/*
 * C2SP tlog-tiles: where the hashes and entries of a log lie. A tile holds 256 hashes of one level; level 0 are the leaves,
 * each hash of level l+1 is the root of one full tile of level l. Partial tiles are never hashed upwards.
 */

export const tileWidth = 256;
const highestLevel = 63;

export type Tile = {
  /** `entries` are the log's entries themselves, in bundles that match the tiles of level 0. */
  readonly level: number | 'entries';
  readonly index: number;
  /** 1..256; below 256 the tile is partial. */
  readonly width: number;
};

/** `tile/0/x001/x234/067`, or with `.p/112` at the end. */
export function tilePath({ level, index, width }: Tile): string {
  const groups: string[] = [];
  for (let rest = index; ; rest = Math.floor(rest / 1000)) {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
    if (rest < 1000) break;
  }
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** The tile that a path names, or undefined when it is not spelled as `tilePath` spells it. */
export function parseTilePath(path: string): Tile | undefined {
  const found = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  if (found === null) return undefined;
  const [, level = '', groups = '', partial] = found;
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const tile: Tile = {
    level: level === 'entries' ? level : Number(level),
    index,
    width: partial === undefined ? tileWidth : Number(partial),
  };
  const isOne = tile.width >= 1 && tile.width <= tileWidth && (level === 'entries' || Number(level) <= highestLevel);
  return isOne && tilePath(tile) === path ? tile : undefined;
}

/** The tiles of a tree of this size at one level: all the full ones and the partial one, from the first that is not before `from`. */
export function* tilesAt(level: number | 'entries', size: number, from = 0): Generator<Tile> {
  const hashes = Math.floor(size / tileWidth ** (level === 'entries' ? 0 : level));
  const full = Math.floor(hashes / tileWidth);
  for (let index = from; index < full; index += 1) yield { level, index, width: tileWidth };
  const width = hashes % tileWidth;
  if (width > 0 && full >= from) yield { level, index: full, width };
}

/** How many levels of hash tiles a tree of this size has. */
export function levelsOf(size: number): number {
  let levels = 0;
  for (let hashes = size; hashes > 0; hashes = Math.floor(hashes / tileWidth)) levels += 1;
  return levels;
}
