import { join } from 'node:path';
import { concatBytes } from '@modelward/basics';
import { encodeBundle, levelsOf, type Tile, type TreeEdge, tilePath, tilesAt, tileWidth } from '@modelward/merkle';
import { removePartials, replaceFile, writeImmutable } from './published-files.ts';

/** What one publication writes, taken at one moment: nothing of it changes while it is written. */
export type Publication = {
  readonly size: number;
  readonly note: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly tiles: readonly Tile[];
};

type Grown = {
  readonly edge: TreeEdge;
  readonly note: string;
  readonly publishedSize: number;
  readonly recentFrom: number;
  readonly recent: readonly Uint8Array[];
};

/** The tiles and bundles between what is published and what is durable. */
export function takePublication({ edge, note, publishedSize, recentFrom, recent }: Grown): Publication {
  const size = edge.size();
  const files = new Map<string, Uint8Array>();
  const tiles: Tile[] = [];
  const add = (tile: Tile, bytes: Uint8Array) => {
    files.set(tilePath(tile), bytes);
    tiles.push(tile);
  };
  for (const bundle of tilesAt('entries', size, Math.floor(publishedSize / tileWidth))) {
    const start = bundle.index * tileWidth - recentFrom;
    add(bundle, encodeBundle(recent.slice(start, start + bundle.width)));
  }
  for (let level = 0; level < levelsOf(size); level += 1) {
    for (const tile of tilesAt(level, size, Math.floor(publishedSize / tileWidth ** (level + 1)))) {
      add(tile, concatBytes(...edge.hashesOf({ ...tile, level })));
    }
  }
  return { size, note, files, tiles };
}

/** Writes a publication, the checkpoint last; doing it twice does no harm. */
export async function writePublication(folder: string, { note, files, tiles }: Publication): Promise<void> {
  for (const [path, bytes] of files) await writeImmutable(folder, path, bytes);
  await replaceFile(join(folder, 'checkpoint'), note);
  for (const tile of tiles) await removePartials(folder, tile);
}
