import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  decodeBundle,
  encodeBundle,
  hashBytes,
  parseTilePath,
  type ReadLogFile,
  tilePath,
  tileWidth,
} from '@modelward/merkle';
import type { KnownWitness } from '@modelward/server';
import type { Client } from './client.ts';
import { Problem, Refused } from './problem.ts';

/** Where a log's published files are read. */
export type LogSource = {
  /** For people. */
  readonly place: string;
  readonly read: ReadLogFile;
  readonly origin: () => Promise<string>;
  /** The key that comes with the log: it proves nothing until it is compared with one from elsewhere. */
  readonly offeredKey?: () => Promise<string>;
  /** Whom the server says that it asks to cosign. */
  readonly offeredWitnesses?: () => Promise<readonly KnownWitness[]>;
};

export function logInFolder(folder: string): LogSource {
  const read: ReadLogFile = async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw fault;
    }
  };
  return createSource(folder, read);
}

export function logOfServer({ server, call }: Client): LogSource {
  const read: ReadLogFile = async (path) => {
    try {
      return await call('record.file', { path });
    } catch (problem) {
      // One that is not there; that the record may not be read at all has another code, or shows at the checkpoint.
      if (problem instanceof Refused && problem.error.code === 'not-found') return undefined;
      throw problem;
    }
  };
  const offeredKey = async () => (await call('audit.entries', { limit: 1 })).verifierKey;
  const offeredWitnesses = async () => (await call('audit.entries', { limit: 1 })).witnesses;
  const readCaughtUp: ReadLogFile = async (path) => {
    if (path !== 'checkpoint') return read(path);
    const { size } = await call('audit.entries', { limit: 1 });
    return readCheckpointOf(size, read);
  };
  return { ...createSource(server, readCaughtUp), offeredKey, offeredWitnesses };
}

/** What is written is published within a second: what was there when the look began is waited for, and no longer than this. */
async function readCheckpointOf(size: number, read: ReadLogFile): Promise<Uint8Array | undefined> {
  let note = await read('checkpoint');
  for (let tries = 0; tries < 8 && sizeOf(note) < size; tries += 1) {
    await wait(250);
    note = await read('checkpoint');
  }
  return note;
}

function sizeOf(note: Uint8Array | undefined): number {
  return note === undefined ? 0 : Number(new TextDecoder().decode(note).split('\n')[1]);
}

function createSource(place: string, read: ReadLogFile): LogSource {
  let note: Promise<Uint8Array | undefined> | undefined;
  // One checkpoint for the whole look, while a log that is being written moves on.
  const readOne: ReadLogFile = (path) => {
    if (path !== 'checkpoint') return readTile(read, path);
    note ??= read(path);
    return note;
  };
  const origin = async () => {
    const bytes = await readOne('checkpoint');
    if (bytes === undefined)
      throw new Problem(
        `${place} holds no checkpoint of a record`,
        'name the folder that holds `checkpoint` and `tile`',
      );
    return new TextDecoder().decode(bytes).split('\n')[0] ?? '';
  };
  return { place, read: readOne, origin };
}

/** A partial tile is gone once its full one is there, and then it is the beginning of that (C2SP tlog-tiles, "Partial tiles"). */
async function readTile(read: ReadLogFile, path: string): Promise<Uint8Array | undefined> {
  const bytes = await read(path);
  const tile = parseTilePath(path);
  if (bytes !== undefined || tile === undefined || tile.width === tileWidth) return bytes;
  const full = await read(tilePath({ ...tile, width: tileWidth }));
  if (full === undefined) return undefined;
  if (tile.level !== 'entries') return full.subarray(0, tile.width * hashBytes);
  return encodeBundle(decodeBundle(full)?.slice(0, tile.width) ?? []);
}
