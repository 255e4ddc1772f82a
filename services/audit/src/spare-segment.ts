import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, stat, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isDiskFull, isMissing } from './durable-files.ts';

/*
 * One segment is always allocated ahead. When no further one can be had, the last that was becomes the reserve: it takes
 * only what says how things end, until there is room again.
 */

/** Finds the spare that is there, or allocates one. */
export async function openSpare({ path, bytes }: { readonly path: string; readonly bytes: number }) {
  await removePartials(path);
  let isReady = (await isSpare(path, bytes)) || (await allocate(path, bytes));
  /** The last try found no room. It stays so during the next try, or each try would open the reserve to everything. */
  let isRefused = !isReady;
  let fault: unknown;
  let allocating: Promise<void> | undefined;

  const begin = (): void => {
    if (isReady) return;
    allocating ??= allocate(path, bytes)
      .then((made) => {
        isReady = made;
        isRefused = !made;
      })
      .catch((thrown) => {
        fault = thrown;
      })
      .finally(() => {
        allocating = undefined;
      });
  };

  return {
    isRefused: () => isRefused,
    begin,
    /** Waits for what is being allocated. Throws when the disk fails in another way than by being full. */
    async settle(): Promise<boolean> {
      await allocating;
      if (fault !== undefined) throw fault;
      return isReady;
    },
    /** Makes the spare the segment of this name, and begins the next one. Throws when there is a segment of this name. */
    async takeAs(name: string): Promise<void> {
      await link(path, name);
      await unlink(path);
      isReady = false;
      begin();
    },
    /** Puts back a segment that nothing was written to. */
    async putBack(name: string): Promise<void> {
      await allocating;
      await rename(name, path);
    },
  };
}

/** One that is whole, and not a segment already: a crash may have come between its two names. */
async function isSpare(path: string, bytes: number): Promise<boolean> {
  try {
    const { size, nlink } = await stat(path);
    return size === bytes && nlink === 1;
  } catch (fault) {
    if (isMissing(fault)) return false;
    throw fault;
  }
}

const unfinished = '.partial';

/** What a process that was killed has left. */
async function removePartials(path: string): Promise<void> {
  const names = await readdir(dirname(path));
  for (const name of names.filter((one) => one.startsWith(`${basename(path)}.`) && one.endsWith(unfinished)))
    await unlink(join(dirname(path), name)).catch(ignoreMissing);
}

function ignoreMissing(fault: unknown): void {
  if (!isMissing(fault)) throw fault;
}

/** Whether the file could be allocated; false when the disk is full, with nothing left behind. */
async function allocate(path: string, bytes: number): Promise<boolean> {
  // Asked first, or a full disk would be written full and emptied again at every try.
  const disk = await statfs(dirname(path));
  if (disk.bavail * disk.bsize < bytes) return false;
  // Of its own name, so that two writers, of which one is about to be refused, never write the same file.
  const partial = `${path}.${randomBytes(6).toString('hex')}${unfinished}`;
  try {
    const file = await open(partial, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(bytes));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
    return true;
  } catch (fault) {
    await unlink(partial).catch(() => undefined);
    if (isDiskFull(fault)) return false;
    throw fault;
  }
}
