import { close as closeFile, existsSync, fdatasync, open as openFile, write as writeFile } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isMissing, makeFolder, syncFile, syncFolder } from './durable-files.ts';
import { encodeFrames, type Frame } from './frames.ts';
import { openSpare } from './spare-segment.ts';
import { RecordUnavailable } from './unavailable.ts';

/*
 * Where entries first become durable: files that are allocated and filled with zeros ahead of time, so that writing to them
 * neither needs new space nor changes the file system's own data.
 */

export type Sync = (descriptor: number) => Promise<void>;
const syncData: Sync = promisify(fdatasync);
const openDescriptor = promisify(openFile);
const writeAt = promisify(writeFile);
const closeDescriptor = promisify(closeFile);

export type Segment = { readonly path: string; readonly number: number };
type Open = Segment & { readonly descriptor: number; position: number };
type Options = { readonly folder: string; readonly segmentBytes: number; readonly sync?: Sync | undefined };

/** Room for at least one entry of any size with its checkpoint. */
const smallestSegmentBytes = 72 * 1024;

/** The segments that are there, the oldest first. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const names = await readdir(folder).catch((fault) => {
    if (isMissing(fault)) return [];
    throw fault;
  });
  return names
    .filter((name) => /^\d{10}$/.test(name))
    .sort()
    .map((name) => ({ path: join(folder, name), number: Number(name) }));
}

const pathOf = (folder: string, number: number) => join(folder, String(number).padStart(10, '0'));

export type Segments = Awaited<ReturnType<typeof openSegments>>;

/**
 * Opens a new segment after those that are there. From then on no earlier writer of this folder acknowledges anything: it
 * looks for a segment after its own before it does. Throws when the disk has not even room for one segment.
 */
export async function openSegments({ folder, segmentBytes, sync = syncData }: Options) {
  if (segmentBytes < smallestSegmentBytes) throw new RangeError(`a segment has at least ${smallestSegmentBytes} bytes`);
  await makeFolder(folder);
  const old = [...(await listSegments(folder))];
  // A process that was killed may have left what it wrote in the page cache; the log goes on from it, so it must be durable.
  for (const { path } of old) await syncFile(path);
  const spare = await openSpare({ path: join(folder, 'spare'), bytes: segmentBytes });
  if (!(await spare.settle()))
    throw new Error('the disk of the record is full, not even one segment can be allocated; make room and start again');
  const done: { readonly path: string; readonly endIndex: number }[] = [];
  let current = await beginNext(old.at(-1)?.number ?? 0);

  async function beginNext(after: number): Promise<Open> {
    const number = after + 1;
    const path = pathOf(folder, number);
    await spare.takeAs(path);
    await syncFolder(folder);
    return { path, number, descriptor: await openDescriptor(path, 'r+'), position: 0 };
  }

  return {
    /** The largest group that can be written. */
    capacity: segmentBytes,
    /** No further segment can be had: only what says so may still be written. */
    isFull: spare.isRefused,
    tryAllocate: spare.begin,
    /** Makes room for a group of this many bytes, or throws that the record is full. `endIndex` is the log's size so far. */
    async prepare(bytes: number, endIndex: number): Promise<void> {
      if (current.position + bytes <= segmentBytes) return;
      if (!(await spare.settle())) throw new RecordUnavailable('full');
      await closeDescriptor(current.descriptor);
      done.push({ path: current.path, endIndex });
      current = await beginNext(current.number);
    },
    /** Durable when this resolves. A fault here leaves the file in doubt: the process must end. */
    async write(frames: readonly Frame[]): Promise<void> {
      const group = encodeFrames(frames, current.position);
      const { bytesWritten } = await writeAt(current.descriptor, group, 0, group.length, current.position);
      if (bytesWritten !== group.length) throw new Error('a write to the record stopped half-way');
      await sync(current.descriptor);
      if (existsSync(pathOf(folder, current.number + 1)))
        throw new Error('another process has opened this record; only one may write it');
      current.position += group.length;
    },
    /** Removes segments whose entries are all published. */
    async release(publishedSize: number): Promise<void> {
      for (const segment of old.splice(0)) await unlink(segment.path);
      while (done[0] !== undefined && done[0].endIndex <= publishedSize)
        await unlink((done.shift() as { path: string }).path);
    },
    async close(): Promise<void> {
      await spare.settle();
      await closeDescriptor(current.descriptor);
    },
    /** Closes a record that is not opened after all, and leaves the folder as it was. */
    async abandon(): Promise<void> {
      await closeDescriptor(current.descriptor);
      await spare.putBack(current.path);
    },
  };
}
