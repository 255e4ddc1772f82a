import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The bytes that lie under one digest, whole and on the disk. */
export type Blob = { readonly digest: string; readonly sizeBytes: number };
export type ByteRange = { readonly start: number; readonly end: number };

type Body = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
type Options = {
  readonly folder: string;
  readonly newName: () => string;
  /** Where the bytes of one upload go first; tests put a full disk here. */
  readonly openNew?: (file: string) => Promise<FileHandle>;
};

/**
 * Files named by the SHA-256 of what they hold. A file appears under its name only when all of it is on the disk, and is never
 * changed or removed after that, so that a backup may copy the folder at any time.
 */
export function createBlobs({ folder, newName, openNew = openPrivate }: Options) {
  const incoming = join(folder, 'incoming');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // One process uses this folder: what is still here was begun by one that ended before it was done.
  rmSync(incoming, { recursive: true, force: true });
  mkdirSync(incoming, { mode: 0o700 });
  const placeOf = (digest: string) => join(folder, digest.slice(0, 2), digest);
  return {
    /** Takes bytes as fast as the disk does. Whatever ends it early, nothing is left of it. */
    write: async (body: Body, signal: AbortSignal): Promise<Blob> => {
      const file = join(incoming, newName());
      try {
        const blob = await writeFile(await openNew(file), { body, signal });
        await keep(file, placeOf(blob.digest));
        return blob;
      } catch (fault) {
        await rm(file, { force: true });
        throw fault;
      }
    },
    read: (digest: string, range?: ByteRange): AsyncIterable<Uint8Array> =>
      createReadStream(placeOf(digest), { ...range }),
  };
}

export type Blobs = ReturnType<typeof createBlobs>;

function openPrivate(file: string): Promise<FileHandle> {
  return open(file, 'wx', 0o600);
}

type Writing = { readonly body: Body; readonly signal: AbortSignal };

async function writeFile(handle: FileHandle, { body, signal }: Writing): Promise<Blob> {
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const part of body) {
      signal.throwIfAborted();
      hash.update(part);
      sizeBytes += part.length;
      await writeAll(handle, part);
    }
    signal.throwIfAborted();
    await handle.sync();
    return { digest: hash.digest('hex'), sizeBytes };
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, part: Uint8Array): Promise<void> {
  for (let at = 0; at < part.length; ) {
    const { bytesWritten } = await handle.write(part, at);
    at += bytesWritten;
  }
}

/** The name counts only once the folder that holds it is on the disk as well. */
async function keep(file: string, place: string): Promise<void> {
  const made = await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  await rename(file, place);
  await syncFolder(dirname(place));
  if (made !== undefined) await syncFolder(dirname(dirname(place)));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The faults of a disk that has no room left. */
export function isDiskFull(fault: unknown): boolean {
  const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  // SQLITE_FULL; PostgreSQL's `disk_full`.
  return code === '53100' || (fault instanceof Error && 'errcode' in fault && fault.errcode === 13);
}
