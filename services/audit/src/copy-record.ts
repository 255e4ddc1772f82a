import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fromUtf8 } from '@modelward/basics';
import { levelsOf, parseCheckpoint, type Tile, tilePath, tilesAt } from '@modelward/merkle';
import { isMissing, makeFolder } from './durable-files.ts';
import { readGroups } from './frames.ts';
import { addStored, copyStored } from './privacy/sealed-files.ts';
import { readIfThere, readPublishedFile } from './published-files.ts';
import { takePublication, writePublication } from './publisher.ts';
import { recover, segmentFolder } from './recovery.ts';
import { listSegments } from './segments.ts';
import { wayOut } from './way-out.ts';

type Copy = {
  readonly from: string;
  readonly to: string;
  readonly verifierKey: string;
};

/** A segment that is released meanwhile, or a group that is just being written: read again. */
const mostTries = 50;

/**
 * Copies a log, also one that is being written: the write-ahead segments first, then the checkpoint, then its tiles. What the
 * segments hold beyond the checkpoint is published in the copy. Returns the copy's checkpoint note.
 */
export async function copyRecord({ from, to, verifierKey }: Copy): Promise<string> {
  await makeFolder(segmentFolder(to));
  await copySegments(segmentFolder(from), segmentFolder(to));
  const note = await readIfThere(join(from, 'checkpoint'));
  if (note !== undefined) {
    for (const tile of tilesOf(note)) await copyTile({ from, to, tile });
    await writeFile(join(to, 'checkpoint'), note);
  }
  // After the checkpoint: what is sealed beside its entries was written before it.
  await copyStored(from, to);
  const recovered = await recover({ folder: to, verifierKey });
  await addStored(to, recovered.sealed);
  if (recovered.note !== undefined && recovered.edge.size() > recovered.publishedSize) {
    await writePublication(to, takePublication({ ...recovered, note: recovered.note }));
  }
  return readFile(join(to, 'checkpoint'), 'utf8');
}

async function copySegments(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      for (const { path } of await listSegments(from)) {
        await writeFile(join(to, path.slice(-10)), await readSegment(path), { mode: 0o600, flush: true });
      }
      return;
    } catch (fault) {
      if (!isMissing(fault) || tries >= mostTries) throw fault;
    }
  }
}

/** Reading may run past writing and see groups with a hole in them; the next reading finds them whole. */
async function readSegment(path: string): Promise<Buffer> {
  let bytes = await readFile(path);
  for (let tries = 1; tries < mostTries && readGroups(bytes).damagedAt !== undefined; tries += 1)
    bytes = await readFile(path);
  return bytes;
}

/** All tiles and bundles of the log that a checkpoint covers. What is wrong with it, `recover` says. */
function* tilesOf(note: Uint8Array): Generator<Tile> {
  const size = parseCheckpoint(fromUtf8(note) ?? '')?.size ?? 0;
  yield* tilesAt('entries', size);
  for (let level = 0; level < levelsOf(size); level += 1) yield* tilesAt(level, size);
}

async function copyTile({ from, to, tile }: { from: string; to: string; tile: Tile }): Promise<void> {
  const path = tilePath(tile);
  const bytes = await readPublishedFile(from, path);
  if (bytes === undefined) throw new Error(`\`${path}\` is missing from the record; ${wayOut}`);
  await makeFolder(dirname(join(to, path)));
  await writeFile(join(to, path), bytes, { mode: 0o444, flag: 'wx' });
}
