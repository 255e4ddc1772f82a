import { concatBytes, utf8 } from '@modelward/basics';
import { encodeBundle } from '../bundle.ts';
import { formatCheckpoint } from '../checkpoint.ts';
import { signNote } from '../note.ts';
import { levelsOf, tilePath, tilesAt, tileWidth } from '../tiles.ts';
import { createTreeEdge } from '../tree.ts';
import { type makeSigner, sha256 } from './ed25519.ts';

export type LogFiles = Map<string, Uint8Array>;

export function entriesOf(size: number, word = 'entry'): readonly Uint8Array[] {
  return Array.from({ length: size }, (_, at) => utf8(`${word} ${at}`));
}

/** A whole log in memory, as it is published: by path, with the checkpoint. */
export function publish(entries: readonly Uint8Array[], signer: ReturnType<typeof makeSigner>): LogFiles {
  const files: LogFiles = new Map();
  const size = entries.length;
  const edge = createTreeEdge(sha256, { size: 0, partials: [] });
  for (const entry of entries) edge.append(entry);
  for (const tile of tilesAt('entries', size)) {
    const first = tile.index * tileWidth;
    files.set(tilePath(tile), encodeBundle(entries.slice(first, first + tile.width)));
  }
  for (let level = 0; level < levelsOf(size); level += 1) {
    for (const tile of tilesAt(level, size))
      files.set(tilePath(tile), concatBytes(...edge.hashesOf({ ...tile, level })));
  }
  const checkpoint = formatCheckpoint({ origin: signer.key.name, size, root: edge.root() });
  return files.set('checkpoint', utf8(signNote(checkpoint, signer)));
}

export function readerOf(files: ReadonlyMap<string, Uint8Array>) {
  return async (path: string): Promise<Uint8Array | undefined> => files.get(path);
}

/** The same bytes with one bit the other way. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const at = Math.floor(bit / 8) % bytes.length;
  return Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ (1 << (bit % 8)) : byte));
}
