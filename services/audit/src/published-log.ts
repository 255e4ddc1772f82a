import { equalBytes, fromUtf8 } from '@modelward/basics';
import {
  createTreeEdge,
  decodeBundle,
  describeLogFlaw,
  hashBytes,
  leafHash,
  levelsOf,
  readCheckpoint,
  type Tile,
  type TreeEdge,
  tilePath,
  tilesAt,
  tileWidth,
} from '@modelward/merkle';
import { sha256, verifyEd25519 } from './crypto.ts';
import { partialWidths, readPublishedFile } from './published-files.ts';
import type { Place, Recovered } from './recovery.ts';
import { wayOut } from './way-out.ts';

/** The log as far as it is published, its edge held against the signed checkpoint. */
export async function recoverPublished({ folder, verifierKey }: Place): Promise<Recovered> {
  const read = (path: string) => readPublishedFile(folder, path);
  const checkpoint = await readCheckpoint({ read, verifierKey, sha256, verify: verifyEd25519 });
  if (!checkpoint.ok && checkpoint.reason.reason === 'checkpoint-missing') return emptyLog();
  if (!checkpoint.ok)
    throw new Error(`the published checkpoint is refused: ${describeLogFlaw(checkpoint.reason)}; ${wayOut}`);
  const { size, root } = checkpoint.value;
  const edge = createTreeEdge(sha256, { size, partials: await readPartials(folder, size) });
  if (!equalBytes(edge.root(), root))
    throw new Error(`the tiles do not give the root of the published checkpoint; ${wayOut}`);
  return {
    edge,
    note: fromUtf8((await read('checkpoint')) ?? new Uint8Array(0)),
    publishedSize: size,
    recentFrom: size - (size % tileWidth),
    recent: await readRecent(folder, edge),
    sealed: [],
  };
}

function emptyLog(): Recovered {
  const edge = createTreeEdge(sha256, { size: 0, partials: [] });
  return { edge, note: undefined, publishedSize: 0, recentFrom: 0, recent: [], sealed: [] };
}

/** The hashes of the partial tiles of a tree of this size. */
export async function readPartials(folder: string, size: number): Promise<Uint8Array[][]> {
  const partials: Uint8Array[][] = [];
  for (let level = 0; level < levelsOf(size); level += 1) {
    const [tile] = tilesAt(level, size, Math.floor(size / tileWidth ** (level + 1)));
    partials.push(tile === undefined ? [] : await readHashes(folder, tile));
  }
  return partials;
}

async function readHashes(folder: string, tile: Tile): Promise<Uint8Array[]> {
  const bytes = await readPublishedFile(folder, tilePath(tile));
  if (bytes?.length !== tile.width * hashBytes) throw new Error(`\`${tilePath(tile)}\` is missing or cut; ${wayOut}`);
  return Array.from({ length: tile.width }, (_, at) => bytes.slice(at * hashBytes, (at + 1) * hashBytes));
}

/** The entries of the last bundle, which later bundles will repeat: each must be the one that the tree holds. */
async function readRecent(folder: string, edge: TreeEdge): Promise<Uint8Array[]> {
  const size = edge.size();
  const [bundle] = tilesAt('entries', size, Math.floor(size / tileWidth));
  if (bundle === undefined) return [];
  const bytes = await readPublishedFile(folder, tilePath(bundle));
  const entries = bytes && decodeBundle(bytes);
  if (entries?.length !== bundle.width) throw new Error(`\`${tilePath(bundle)}\` is missing or cut; ${wayOut}`);
  const hashes = edge.hashesOf({ ...bundle, level: 0 });
  const isWhole = entries.every((entry, at) => equalBytes(leafHash(sha256, entry), hashes[at] ?? new Uint8Array(0)));
  if (!isWhole) throw new Error(`\`${tilePath(bundle)}\` does not hold the entries of its tile; ${wayOut}`);
  return [...entries];
}

/** Whether an entry is the published one of its index. Entries are asked for in order, so one tile is held at a time. */
export function createPublishedLeaves(folder: string, publishedSize: number) {
  let held: { readonly index: number; readonly hashes: readonly Uint8Array[] } | undefined;
  return async (entry: Uint8Array, at: number): Promise<boolean> => {
    if (at >= publishedSize) return false;
    const index = Math.floor(at / tileWidth);
    if (held?.index !== index) {
      const width = Math.min(tileWidth, publishedSize - index * tileWidth);
      held = { index, hashes: await readHashes(folder, { level: 0, index, width }) };
    }
    const hash = held.hashes[at % tileWidth];
    return hash !== undefined && equalBytes(leafHash(sha256, entry), hash);
  };
}

/** Tiles are written from what is durable: one that goes beyond everything that was found says that something was lost. */
export async function refuseTilesBeyond(folder: string, size: number): Promise<void> {
  const next = { level: 0, index: Math.floor(size / tileWidth), width: tileWidth };
  const [newest = 0] = await partialWidths(folder, next);
  if (newest > size % tileWidth || (await readPublishedFile(folder, tilePath(next))) !== undefined)
    throw new Error(`there are tiles beyond the ${size} entries that were found: entries were lost; ${wayOut}`);
}
