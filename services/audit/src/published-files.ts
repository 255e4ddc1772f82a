import { link, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '@modelward/basics';
import {
  decodeBundle,
  encodeBundle,
  hashBytes,
  parseTilePath,
  type Tile,
  tilePath,
  tileWidth,
} from '@modelward/merkle';
import { isMissing, makeFolder, syncFolder } from './durable-files.ts';

/** Of a tile that still grows, so many partial forms are kept as files; the newest begins with all of them. */
const keptPartials = 4;

/**
 * Reads a published file by its tlog-tiles path. A partial tile that is no file any more is the beginning of a later form of
 * the same tile, so that who has read a checkpoint can still verify it while the log goes on.
 */
export async function readPublishedFile(folder: string, path: string): Promise<Uint8Array | undefined> {
  if (path === 'checkpoint') return readIfThere(join(folder, path));
  const tile = parseTilePath(path);
  if (tile === undefined) return undefined;
  const own = await readIfThere(join(folder, path));
  if (own !== undefined || tile.width === tileWidth) return own;
  // In this order: the partial forms are removed only when the full one is there.
  const later = (await readNewestPartial(folder, tile)) ?? (await readIfThere(join(folder, fullPath(tile))));
  return later && beginningOf(later, tile);
}

function fullPath(tile: Tile): string {
  return tilePath({ ...tile, width: tileWidth });
}

async function readNewestPartial(folder: string, tile: Tile): Promise<Uint8Array | undefined> {
  const [newest = 0] = await partialWidths(folder, tile);
  return newest > tile.width ? readIfThere(join(folder, tilePath({ ...tile, width: newest }))) : undefined;
}

/** The widths of the partial forms that are files, the newest first. */
export async function partialWidths(folder: string, tile: Tile): Promise<readonly number[]> {
  try {
    const names = await readdir(join(folder, `${fullPath(tile)}.p`));
    return names
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => b - a);
  } catch (fault) {
    if (isMissing(fault)) return [];
    throw fault;
  }
}

function beginningOf(later: Uint8Array, { level, width }: Tile): Uint8Array | undefined {
  if (level !== 'entries') return later.subarray(0, width * hashBytes);
  const entries = decodeBundle(later);
  return entries && encodeBundle(entries.slice(0, width));
}

export async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (fault) {
    if (isMissing(fault)) return undefined;
    throw fault;
  }
}

/** Writes a file that never changes again: synced, read-only, in a synced folder. One that is there must be the same. */
export async function writeImmutable(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const file = join(folder, path);
  await makeFolder(dirname(file));
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  try {
    await writeSynced(partial, bytes, 0o444);
    await linkOrCompare(partial, file, bytes);
  } finally {
    await rm(partial, { force: true });
  }
  await syncFolder(dirname(file));
}

async function linkOrCompare(from: string, file: string, bytes: Uint8Array): Promise<void> {
  try {
    await link(from, file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    if (!equalBytes(await readFile(file), bytes))
      throw new Error(`\`${file}\` is published already and differs; the record does not go on`);
  }
}

/** Replaces a small file as a whole. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  try {
    await writeSynced(partial, Buffer.from(text), 0o644);
    await rename(partial, file);
  } catch (fault) {
    await unlink(partial).catch(() => undefined);
    throw fault;
  }
  await syncFolder(dirname(file));
}

async function writeSynced(file: string, bytes: Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the partial forms of a tile that are not needed any more: all of one that is full, the oldest of one that grows. */
export async function removePartials(folder: string, tile: Tile): Promise<void> {
  if (tile.width === tileWidth) return rm(join(folder, `${fullPath(tile)}.p`), { recursive: true, force: true });
  for (const width of (await partialWidths(folder, tile)).slice(keptPartials))
    await rm(join(folder, tilePath({ ...tile, width })), { force: true });
}
