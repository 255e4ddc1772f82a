import { join } from 'node:path';
import { tileWidth } from '@modelward/merkle';
import { isDiskFull } from './durable-files.ts';
import { addStored } from './privacy/sealed-files.ts';
import { replaceFile } from './published-files.ts';
import { type Publication, takePublication, writePublication } from './publisher.ts';
import type { Segments } from './segments.ts';
import type { Log } from './sequencer.ts';

type Deps = {
  readonly log: Log;
  readonly folder: string;
  readonly segments: Segments;
  /** A second copy of the last checkpoint, beside the keys: an older state put back contradicts it. */
  readonly lastNoteFile: string;
  /** The published note with the witnesses' lines. Acknowledging goes on meanwhile; the next publication waits. */
  readonly cosign?: (note: string) => Promise<string>;
  readonly onFault: (fault: unknown) => void;
};

export type Publishing = ReturnType<typeof createPublishing>;

/** Tiles follow what is durable within a second. A full disk delays them, and the write-ahead segments are kept until then. */
export function createPublishing({ log, folder, segments, lastNoteFile, cosign, onFault }: Deps) {
  let isDue = false;
  let takenSize = log.publishedSize;
  let pending: Publication | undefined;
  /** Lines for the side store. They stay in the write-ahead segments until they are there. */
  let sealedLines: readonly string[] = [];
  /** Whether it succeeded: a full disk is waited out. */
  let writing: Promise<boolean> | undefined;

  /** Takes what is durable, if that is wanted and no group is on its way; the log may go on at once. */
  const takeIfDue = (): void => {
    if (!isDue || log.isBroken || writing !== undefined || log.durableSize !== log.edge.size()) return;
    if (pending === undefined && log.durableSize > takenSize) pending = take();
    isDue = false;
    if (pending === undefined) return;
    writing = tryToWrite(pending);
  };

  async function tryToWrite(publication: Publication): Promise<boolean> {
    try {
      await write(publication);
      await writeCosigned(publication);
      return true;
    } catch (fault) {
      if (!isDiskFull(fault)) onFault(fault);
      return false;
    } finally {
      writing = undefined;
    }
  }

  function take(): Publication {
    sealedLines = [...sealedLines, ...log.sealed.splice(0)];
    const publication = takePublication({ ...log, note: log.note ?? '', publishedSize: takenSize });
    takenSize = publication.size;
    log.edge.letGo();
    const bundlesDone = Math.floor(takenSize / tileWidth) * tileWidth - log.recentFrom;
    log.recent.splice(0, bundlesDone);
    log.recentFrom += bundlesDone;
    return publication;
  }

  async function write(publication: Publication): Promise<void> {
    const lines = sealedLines;
    await addStored(folder, lines);
    sealedLines = sealedLines.slice(lines.length);
    await writePublication(folder, publication);
    await replaceFile(lastNoteFile, publication.note);
    pending = undefined;
    log.publishedSize = publication.size;
    await segments.release(publication.size);
  }

  /** The cosigned checkpoint takes the place of the one that only the log has signed. */
  async function writeCosigned({ note }: Publication): Promise<void> {
    const cosigned = (await cosign?.(note)) ?? note;
    if (cosigned !== note) await replaceFile(join(folder, 'checkpoint'), cosigned);
  }

  return {
    takeIfDue,
    /** A file that is taken and not yet on disk. */
    unwritten: (path: string): Uint8Array | undefined => pending?.files.get(path),
    publishSoon(): void {
      isDue = true;
      takeIfDue();
    },
    /** Resolves when all that is durable now is published, or cannot be because the disk is full. */
    async flush(): Promise<void> {
      const wanted = log.durableSize;
      while (log.publishedSize < wanted && !log.isBroken) {
        isDue = true;
        takeIfDue();
        if (writing === undefined) await new Promise(setImmediate);
        else if (!(await writing)) return;
      }
      await writing;
    },
  };
}
