import { leafHash, nodeHash, rootOf, type Sha256 } from './hashing.ts';
import { type Tile, tileWidth } from './tiles.ts';

/**
 * The growing edge of a tree: the peaks that its root is folded from, and at each level the hashes of the tiles that are
 * not done with. It holds what is needed to go on and to write tiles, and nothing of the tree behind.
 */
export type TreeEdge = {
  readonly size: () => number;
  readonly append: (entry: Uint8Array) => void;
  readonly root: () => Uint8Array;
  /** The hashes of a tile of the edge. Throws for tiles that were let go. */
  readonly hashesOf: (tile: Tile & { level: number }) => readonly Uint8Array[];
  /** Lets go of all full tiles; call it when they are written. */
  readonly letGo: () => void;
};

type Level = { /** Index of the first tile that is still held. */ firstTile: number; hashes: Uint8Array[] };

/** `partials` are the hashes of the partial tile of each level of a tree of `size`, lowest first: what a restart reads back. */
export function createTreeEdge(
  sha256: Sha256,
  { size, partials }: { size: number; partials: readonly (readonly Uint8Array[])[] },
): TreeEdge {
  let leaves = size;
  const levels: Level[] = partials.map((hashes, level) => ({
    firstTile: Math.floor(size / tileWidth ** (level + 1)),
    hashes: [...hashes],
  }));
  const peaks = peaksOf(sha256, partials);

  const pushAt = (level: number, hash: Uint8Array) => {
    levels[level] ??= { firstTile: 0, hashes: [] };
    levels[level].hashes.push(hash);
  };

  return {
    size: () => leaves,
    append(entry) {
      let hash = leafHash(sha256, entry);
      leaves += 1;
      pushAt(0, hash);
      // As in adding one to a binary number: each carry joins two subtrees of the same size.
      let [width, level] = [1, 0];
      for (let carry = leaves; carry % 2 === 0; carry /= 2) {
        hash = nodeHash(sha256, takeLast(peaks), hash);
        width *= 2;
        // A subtree as wide as a tile is a hash of the level above.
        if (width === tileWidth) {
          [width, level] = [1, level + 1];
          pushAt(level, hash);
        }
      }
      peaks.push(hash);
    },
    root: () => foldPeaks(sha256, peaks),
    hashesOf({ level, index, width }) {
      const held = levels[level];
      const from = held === undefined ? -1 : (index - held.firstTile) * tileWidth;
      if (held === undefined || from < 0 || from + width > held.hashes.length)
        throw new RangeError('the edge does not hold this tile');
      return held.hashes.slice(from, from + width);
    },
    letGo() {
      for (const level of levels) {
        const full = Math.floor(level.hashes.length / tileWidth);
        level.hashes.splice(0, full * tileWidth);
        level.firstTile += full;
      }
    },
  };
}

function takeLast(peaks: Uint8Array[]): Uint8Array {
  const last = peaks.pop();
  if (last === undefined) throw new RangeError('a tree has lost a peak');
  return last;
}

function foldPeaks(sha256: Sha256, peaks: readonly Uint8Array[]): Uint8Array {
  const last = peaks.at(-1);
  if (last === undefined) return rootOf(sha256, []);
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(sha256, left, right), last);
}

/** The peaks of a tree from its partial tiles, the largest first: each level's count in binary says how they are cut. */
function peaksOf(sha256: Sha256, partials: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const peaks: Uint8Array[] = [];
  for (const hashes of partials.toReversed()) {
    let at = 0;
    for (let width = tileWidth / 2; width >= 1; width /= 2) {
      if ((hashes.length & width) === 0) continue;
      peaks.push(rootOf(sha256, hashes.slice(at, at + width)));
      at += width;
    }
  }
  return peaks;
}
