import { close as closeFile, fdatasync, open as openFile, write as writeFile } from 'node:fs';
import { mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RecordUnavailable } from './unavailable.ts';

/*
 * Where entries first become durable: files that are allocated and filled with zeros ahead of time, so that writing to them
 * neither needs new space nor changes the file system's own data. One spare is always ready; it is the reserve for the
 * refusals that a full disk causes.
 */

export type Sync = (descriptor: number) => Promise<void>;
const syncData: Sync = promisify(fdatasync);
const openDescriptor = promisify(openFile);
const writeAt = promisify(writeFile) as (
  descriptor: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
) => Promise<number | { bytesWritten: number }>;
const closeDescriptor = promisify(closeFile);

export type Segment = { readonly path: string; readonly number: number };

type Open = Segment & { readonly descriptor: number; position: number };

type Options = { readonly folder: string; readonly segmentBytes: number; readonly sync?: Sync | undefined };

const spareName = 'spare';

/** The segments that are there, the oldest first. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => /^\d{10}$/.test(name))
    .sort()
    .map((name) => ({ path: join(folder, name), number: Number(name) }));
}

export type Segments = Awaited<ReturnType<typeof openSegments>>;

/** Opens a new segment after those that are there. Throws when the disk has not even room for that. */
export async function openSegments({ folder, segmentBytes, sync = syncData }: Options) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const old = [...(await listSegments(folder))];
  const done: { readonly path: string; readonly endIndex: number }[] = [];
  const spare = join(folder, spareName);
  let hasSpare = (await readdir(folder)).includes(spareName) || (await allocate(spare, segmentBytes));
  if (!hasSpare)
    throw new Error('the disk of the record is full, not even one segment can be allocated; make room and start again');
  let current = await beginNext(old.at(-1)?.number ?? 0);
  let allocating: Promise<void> | undefined;
  allocateSpare();

  async function beginNext(after: number): Promise<Open> {
    const number = after + 1;
    const path = join(folder, String(number).padStart(10, '0'));
    await rename(spare, path);
    await syncFolder(folder);
    hasSpare = false;
    return { path, number, descriptor: await openDescriptor(path, 'r+'), position: 0 };
  }

  function allocateSpare(): void {
    allocating ??= allocate(spare, segmentBytes)
      .then((made) => {
        hasSpare = made;
      })
      .finally(() => {
        allocating = undefined;
      });
  }

  return {
    /** No further segment can be had: only what says so may still be written. */
    isFull: () => !hasSpare && allocating === undefined,
    tryAllocate: () => {
      if (!hasSpare) allocateSpare();
    },
    /** Makes room for a group of this many bytes, or throws that the record is full. `endIndex` is the log's size so far. */
    async prepare(bytes: number, endIndex: number): Promise<void> {
      if (current.position + bytes <= segmentBytes) return;
      if (allocating !== undefined) await allocating;
      if (!hasSpare) throw new RecordUnavailable('full');
      await closeDescriptor(current.descriptor);
      done.push({ path: current.path, endIndex });
      current = await beginNext(current.number);
      allocateSpare();
    },
    /** Durable when this resolves. A fault here leaves the file in doubt: the process must end. */
    async write(group: Uint8Array): Promise<void> {
      const written = await writeAt(current.descriptor, group, 0, group.length, current.position);
      const count = typeof written === 'number' ? written : written.bytesWritten;
      if (count !== group.length) throw new Error('a write to the record stopped half-way');
      await sync(current.descriptor);
      current.position += group.length;
    },
    /** Removes segments whose entries are all published. */
    async release(publishedSize: number): Promise<void> {
      for (const segment of old.splice(0)) await unlink(segment.path);
      while (done[0] !== undefined && done[0].endIndex <= publishedSize)
        await unlink((done.shift() as { path: string }).path);
    },
    async close(): Promise<void> {
      await allocating;
      await closeDescriptor(current.descriptor);
    },
  };
}

/** Whether the file could be allocated; false when the disk is full, with nothing left behind. */
async function allocate(path: string, bytes: number): Promise<boolean> {
  const partial = `${path}.partial`;
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

export function isDiskFull(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && (fault.code === 'ENOSPC' || fault.code === 'EDQUOT');
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
