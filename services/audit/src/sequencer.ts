import { utf8 } from '@modelward/basics';
import { type AuditEvent, auditEvent, type Receipt } from '@modelward/contract';
import { formatCheckpoint, type NoteKey, type Sign, signNote } from '@modelward/merkle';
import { sha256 } from './crypto.ts';
import type { Frame } from './frames.ts';
import { bytesOf, createGrouping, type Encoded } from './grouping.ts';
import { formatStored } from './privacy/sealed-files.ts';
import type { SealedValue } from './privacy/sealed-values.ts';
import type { Recovered } from './recovery.ts';
import type { Segments } from './segments.ts';
import { RecordUnavailable } from './unavailable.ts';
import { createLine, type Waiting } from './waiting.ts';

/*
 * The one writer. Whatever is queued while a group is being synced becomes the next group: entries and the signed checkpoint
 * that covers them in one write, one sync, and only then does anybody hear of it.
 */

/** The log as it grows. Between groups, `durableSize` is the size of the edge. */
export type Log = Pick<Recovered, 'edge'> & {
  note: string | undefined;
  durableSize: number;
  publishedSize: number;
  recentFrom: number;
  readonly recent: Uint8Array[];
  /** Lines of the side store that are durable with their entries, and not published yet. */
  sealed: string[];
  /** What is on disk is in doubt: nothing is written any more. */
  isBroken: boolean;
};

type Deps = {
  readonly log: Log;
  readonly segments: Segments;
  readonly key: NoteKey;
  readonly sign: Sign;
  readonly nowMs: () => number;
  readonly lastMs: number;
  readonly deadlineMs: number;
  readonly onSequenced: (event: AuditEvent, index: number) => void;
  readonly listOpen: () => readonly number[];
  /** The record's disk failed and what is on it is in doubt: nothing more may be answered. */
  readonly onFault: (fault: unknown) => void;
  /** Runs between groups, when the log is exactly what is durable. */
  readonly betweenGroups: () => void;
};

/** What is appended: an event, with the personal values that belong to it. */
type Appending = { readonly event: AuditEvent; readonly sealed?: readonly SealedValue[] };

export function createSequencer(deps: Deps) {
  const { log, segments } = deps;
  let isLate = false;
  const line = createLine({
    deadlineMs: deps.deadlineMs,
    onLate: () => {
      isLate = true;
    },
  });
  const takeGroup = createGrouping({ ...deps, line });
  let running: Promise<void> | undefined;
  let isClosed = false;

  const append = async ({ event, sealed = [] }: Appending, mayUseReserve: boolean): Promise<Receipt> => {
    // The parsed copy is what is written: who hands it in may change the original meanwhile.
    const parsed = auditEvent.parse(event);
    if (isClosed || log.isBroken) throw new RecordUnavailable('closed');
    return queue({ event: parsed, sealed }, mayUseReserve);
  };

  function queue({ event, sealed = [] }: Appending, mayUseReserve: boolean): Promise<Receipt> {
    const joined = line.join({ event, sealed, mayUseReserve });
    running ??= run();
    return joined;
  }

  async function run(): Promise<void> {
    // One turn of the event loop: requests that are ready at the same time share a sync.
    await new Promise(setImmediate);
    try {
      while (line.first() !== undefined) {
        await commit(takeGroup());
        deps.betweenGroups();
      }
    } catch (fault) {
      fail(fault);
    }
    // In the same step as the last look at the line, or what joins between the two would wait for nobody.
    running = undefined;
  }

  function fail(fault: unknown): void {
    log.isBroken = true;
    for (const waiting of line.takeAll()) waiting.reject(new RecordUnavailable('closed'));
    deps.onFault(fault);
  }

  async function commit(group: readonly Encoded[]): Promise<void> {
    if (group.length === 0) return;
    const first = log.edge.size();
    try {
      await segments.prepare(bytesOf(group), first);
      log.note = await write(group);
    } catch (fault) {
      const isFull = fault instanceof RecordUnavailable;
      for (const { waiting } of group) waiting.reject(isFull ? fault : new RecordUnavailable('closed'));
      if (isFull) return;
      throw fault;
    }
    log.durableSize = log.edge.size();
    isLate = false;
    for (const [at, { waiting }] of group.entries()) settle(waiting, first + at);
  }

  async function write(group: readonly Encoded[]): Promise<string> {
    const first = log.edge.size();
    for (const { bytes } of group) {
      log.edge.append(bytes);
      log.recent.push(bytes);
    }
    const checkpoint = formatCheckpoint({ origin: deps.key.name, size: log.edge.size(), root: log.edge.root() });
    const note = signNote(checkpoint, { ...deps, sha256 });
    const lines = sealedLinesOf(group, first);
    await segments.write(framesOf(group, lines, note));
    log.sealed.push(...lines);
    return note;
  }

  function settle(waiting: Waiting, index: number): void {
    deps.onSequenced(waiting.event, index);
    waiting.resolve({ origin: deps.key.name, index });
    if (waiting.isAbandoned) closeAbandoned(waiting.event, index);
  }

  /** A decision that became durable after its deadline: the answer was that nothing is done, and this is its outcome. */
  function closeAbandoned(event: AuditEvent, index: number): void {
    if (event.type !== 'decision' || event.decision !== 'allow') return;
    queue({ event: nothingDone(index, deps.deadlineMs) }, true).catch(() => undefined);
  }

  return {
    append,
    isWritable: () => !isClosed && !log.isBroken && !isLate && !segments.isFull(),
    /** Takes nothing more from anybody, and resolves when all that was taken is durable. */
    async seal(): Promise<void> {
      isClosed = true;
      while (running !== undefined) await running;
    },
    /** What the log itself says once it is sealed. */
    appendLast: (event: AuditEvent): Promise<Receipt> =>
      log.isBroken ? Promise.reject(new RecordUnavailable('closed')) : queue({ event }, true),
  };
}

function sealedLinesOf(group: readonly Encoded[], first: number): readonly string[] {
  return group.flatMap(({ waiting }, at) =>
    waiting.sealed.map((value) => formatStored({ ...value, index: first + at })),
  );
}

function framesOf(group: readonly Encoded[], sealedLines: readonly string[], note: string): readonly Frame[] {
  return [
    ...group.map(({ bytes }): Frame => ({ kind: 'entry', payload: bytes })),
    ...sealedLines.map((line): Frame => ({ kind: 'sealed', payload: utf8(line) })),
    { kind: 'checkpoint', payload: utf8(note) },
  ];
}

function nothingDone(of: number, durationMs: number): AuditEvent {
  return { type: 'outcome', of, status: 503, end: 'refused', bytesIn: 0, bytesOut: 0, durationMs };
}
