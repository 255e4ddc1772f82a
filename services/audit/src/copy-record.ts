import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, makeFolder } from './durable-files.ts';
import { readGroups } from './frames.ts';
import { takePublication, writePublication } from './publisher.ts';
import { recover, segmentFolder } from './recovery.ts';
import { listSegments, type Segment } from './segments.ts';

type Copy = {
  readonly from: string;
  readonly to: string;
  readonly verifierKey: string;
};

/** A file that goes away (a partial tile whose full one has come), or a group that is just being written: tried again. */
const mostTries = 50;

/**
 * Copies a log, also one that is being written: the write-ahead segments first, then the checkpoint, then the tiles, which
 * only grow. What the segments hold beyond the checkpoint is published in the copy. Returns the copy's checkpoint note.
 */
export async function copyRecord({ from, to, verifierKey }: Copy): Promise<string> {
  await makeFolder(segmentFolder(to));
  await again(async () => {
    for (const segment of await listSegments(segmentFolder(from))) await copySegment(segment, segmentFolder(to));
  });
  await copyIfThere(join(from, 'checkpoint'), join(to, 'checkpoint'));
  await again(() => copyIfThere(join(from, 'tile'), join(to, 'tile')));
  const recovered = await recover({ folder: to, verifierKey });
  if (recovered.note !== undefined && recovered.edge.size() > recovered.publishedSize) {
    await writePublication(to, takePublication({ ...recovered, note: recovered.note }));
  }
  return readFile(join(to, 'checkpoint'), 'utf8');
}

async function again(copy: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await copy();
    } catch (fault) {
      if (!isMissing(fault) || tries >= mostTries) throw fault;
    }
  }
}

/** Reading may run past writing and see groups with a hole in them; the next reading finds them whole. */
async function copySegment({ path }: Segment, folder: string): Promise<void> {
  let bytes = await readFile(path);
  for (let tries = 1; tries < mostTries && readGroups(bytes).damagedAt !== undefined; tries += 1)
    bytes = await readFile(path);
  await writeFile(join(folder, path.slice(-10)), bytes, { mode: 0o600, flush: true });
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await cp(from, to, { recursive: true, filter: (source) => !source.endsWith('.partial') });
  } catch (fault) {
    if (!isMissing(fault) || from !== (fault as NodeJS.ErrnoException).path) throw fault;
  }
}
