import { canonicalJson, type JsonObject, utf8 } from '@modelward/basics';
import { type AuditEntry, type AuditEvent, auditEvent, type Receipt } from '@modelward/contract';
import { formatCheckpoint, largestEntryBytes, type NoteKey, type Sign, signNote } from '@modelward/merkle';
import { sha256 } from './crypto.ts';
import { encodeFrames, type Frame } from './frames.ts';
import type { Recovered } from './recovery.ts';
import type { Segments } from './segments.ts';
import { RecordUnavailable } from './unavailable.ts';

/*
 * The one writer. Whatever is queued while a group is being synced becomes the next group: entries and the signed checkpoint
 * that covers them in one write, one sync, and only then does anybody hear of it.
 */

const largestGroupBytes = 512 * 1024;
/** Room for the checkpoint frame and the heads of frames. */
const noteBytes = 1024;
const frameHeadBytes = 16;

type Waiting = {
  readonly event: AuditEvent;
  readonly mayUseReserve: boolean;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (fault: unknown) => void;
};

/** The log as it grows. Between groups, `durableSize` is the size of the edge. */
export type Log = Pick<Recovered, 'edge'> & {
  note: string | undefined;
  durableSize: number;
  publishedSize: number;
  recentFrom: number;
  readonly recent: Uint8Array[];
};

type Deps = {
  readonly log: Log;
  readonly segments: Segments;
  readonly key: NoteKey;
  readonly sign: Sign;
  readonly nowMs: () => number;
  readonly lastMs: number;
  readonly onSequenced: (event: AuditEvent, index: number) => void;
  /** The record's disk failed and what is on it is in doubt: nothing more may be answered. */
  readonly onFault: (fault: unknown) => void;
  /** Runs between groups, when the log is exactly what is durable. */
  readonly betweenGroups: () => void;
};

export type Sequencer = ReturnType<typeof createSequencer>;

export function createSequencer(deps: Deps) {
  const { log, segments } = deps;
  const queue: Waiting[] = [];
  let lastMs = deps.lastMs;
  let running: Promise<void> | undefined;
  let failure: unknown;
  let isClosed = false;

  const append = (event: AuditEvent, mayUseReserve: boolean): Promise<Receipt> => {
    auditEvent.parse(event);
    return new Promise((resolve, reject) => {
      if (isClosed || failure !== undefined) return reject(new RecordUnavailable('closed'));
      queue.push({ event, mayUseReserve, resolve, reject });
      running ??= run().finally(() => {
        running = undefined;
      });
    });
  };

  async function run(): Promise<void> {
    // One turn of the event loop: requests that are ready at the same time share a sync.
    await new Promise(setImmediate);
    while (queue.length > 0) {
      try {
        await commit();
      } catch (fault) {
        fail(fault);
      }
      deps.betweenGroups();
    }
  }

  function fail(fault: unknown): void {
    failure = fault;
    for (const waiting of queue.splice(0)) waiting.reject(new RecordUnavailable('closed'));
    deps.onFault(fault);
  }

  async function commit(): Promise<void> {
    if (segments.isFull()) segments.tryAllocate();
    const group = takeGroup();
    if (group.length === 0) return;
    try {
      await segments.prepare(
        group.reduce((sum, { bytes }) => sum + bytes.length + frameHeadBytes, noteBytes),
        log.edge.size(),
      );
    } catch (fault) {
      if (!(fault instanceof RecordUnavailable)) throw fault;
      for (const { waiting } of group) waiting.reject(fault);
      return;
    }
    const first = log.edge.size();
    const frames = group.map(({ bytes }): Frame => ({ kind: 'entry', payload: bytes }));
    for (const { bytes } of group) {
      log.edge.append(bytes);
      log.recent.push(bytes);
    }
    const note = signNote(formatCheckpoint({ origin: deps.key.name, size: log.edge.size(), root: log.edge.root() }), {
      ...deps,
      sha256,
    });
    try {
      await segments.write(encodeFrames([...frames, { kind: 'checkpoint', payload: utf8(note) }]));
    } catch (fault) {
      for (const { waiting } of group) waiting.reject(new RecordUnavailable('closed'));
      throw fault;
    }
    log.note = note;
    log.durableSize = log.edge.size();
    for (const [at, { waiting }] of group.entries()) {
      deps.onSequenced(waiting.event, first + at);
      waiting.resolve({ origin: deps.key.name, index: first + at });
    }
  }

  /** The next entries to write together, encoded. What cannot be written is refused here, before the tree grows. */
  function takeGroup(): readonly { waiting: Waiting; bytes: Uint8Array }[] {
    const group: { waiting: Waiting; bytes: Uint8Array }[] = [];
    let groupBytes = 0;
    while (queue[0] !== undefined && groupBytes < largestGroupBytes) {
      const [waiting] = queue.splice(0, 1) as [Waiting];
      const bytes = encodeEntry(waiting.event);
      if (bytes.length > largestEntryBytes) waiting.reject(new RecordUnavailable('too-large'));
      else if (segments.isFull() && !waiting.mayUseReserve) waiting.reject(new RecordUnavailable('full'));
      else group.push({ waiting, bytes });
      groupBytes += bytes.length;
    }
    return group;
  }

  function encodeEntry(event: AuditEvent): Uint8Array {
    // INVARIANT: index order is time order, also when the clock is set back.
    lastMs = Math.max(lastMs, deps.nowMs());
    const entry: AuditEntry = { v: 1, time: new Date(lastMs).toISOString(), ...event };
    return utf8(canonicalJson(entry as unknown as JsonObject));
  }

  return {
    append,
    isWritable: () => !isClosed && failure === undefined && !segments.isFull(),
    /** Takes nothing more, and resolves when all that was taken is durable. */
    async close(): Promise<void> {
      isClosed = true;
      await running;
    },
  };
}
