import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { takePublication, writePublication } from './publisher.ts';
import { recover, segmentFolder } from './recovery.ts';

type Copy = {
  readonly from: string;
  readonly to: string;
  readonly verifierKey: string;
};

/**
 * Copies a log, also one that is being written: the write-ahead segments first, then the checkpoint, then the tiles, which
 * only grow. What the segments hold beyond the checkpoint is published in the copy. Returns the copy's checkpoint note.
 */
export async function copyRecord({ from, to, verifierKey }: Copy): Promise<string> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  await copyFolder(segmentFolder(from), segmentFolder(to));
  await cp(join(from, 'checkpoint'), join(to, 'checkpoint'));
  await copyFolder(join(from, 'tile'), join(to, 'tile'));
  const recovered = await recover({ folder: to, verifierKey });
  if (recovered.note !== undefined && recovered.edge.size() > recovered.publishedSize) {
    await writePublication(to, takePublication({ ...recovered, note: recovered.note }));
  }
  return readFile(join(to, 'checkpoint'), 'utf8');
}

/** Files that are removed while they are copied (a partial tile whose full one has come) are not missed. */
async function copyFolder(from: string, to: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await cp(from, to, {
        recursive: true,
        force: true,
        filter: (source) => !source.endsWith('.partial') && !source.endsWith('/spare'),
      });
      return;
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'ENOENT' || tries >= 20) throw fault;
    }
  }
}
