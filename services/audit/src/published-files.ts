import { link, mkdir, open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { equalBytes } from '@modelward/basics';
import { parseTilePath, type Tile, tilePath, tileWidth } from '@modelward/merkle';
import { syncFolder } from './segments.ts';

/** Reads a published file. A partial tile whose full one is already there is the beginning of that. */
export async function readPublishedFile(folder: string, path: string): Promise<Uint8Array | undefined> {
  if (path !== 'checkpoint' && parseTilePath(path) === undefined) return undefined;
  try {
    return await readFile(join(folder, path));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

/** The bytes of a hash tile, cut from the full one when its partial form is gone. */
export async function readHashTile(folder: string, tile: Tile): Promise<Uint8Array | undefined> {
  const own = await readPublishedFile(folder, tilePath(tile));
  if (own !== undefined || tile.width === tileWidth) return own;
  const full = await readPublishedFile(folder, tilePath({ ...tile, width: tileWidth }));
  return full?.subarray(0, tile.width * 32);
}

/** Writes a file that never changes again: synced, read-only, in a synced folder. One that is there must be the same. */
export async function writeImmutable(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  await writeSynced(partial, bytes, 0o444);
  try {
    await link(partial, file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    if (!equalBytes(await readFile(file), bytes))
      throw new Error(`\`${path}\` is published already and differs; the record does not go on`);
  } finally {
    await unlink(partial);
  }
  await syncFolder(dirname(file));
}

/** Replaces a small file as a whole. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const partial = `${file}.partial`;
  await rm(partial, { force: true });
  await writeSynced(partial, Buffer.from(text), 0o644);
  await rename(partial, file);
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

/** The partial forms of a tile that is full now. */
export async function removePartials(folder: string, tile: Tile): Promise<void> {
  await rm(join(folder, `${tilePath({ ...tile, width: tileWidth })}.p`), { recursive: true, force: true });
}
