import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent, DecisionEvent, Receipt } from '@modelward/contract';
import { formatVerifierKey, parseCheckpoint } from '@modelward/merkle';
import { loadSigningKey, sha256 } from './crypto.ts';
import { createOpenDecisions, findOpenDecisions } from './open-decisions.ts';
import { readPublishedFile } from './published-files.ts';
import { createPublishing, type Publishing } from './publishing.ts';
import { createReading, type IndexedEntry, type Reading } from './reading.ts';
import { recover, segmentFolder } from './recovery.ts';
import { listSegments, openSegments, type Segments, type Sync } from './segments.ts';
import { createSequencer, type Log } from './sequencer.ts';
import { RecordUnavailable } from './unavailable.ts';

export type PreviousLog = { readonly origin: string; readonly size: number; readonly root: string };

export type RecordOptions = {
  readonly folder: string;
  readonly keyFolder: string;
  /** The log's own name, which never changes. */
  readonly origin: string;
  readonly nowMs: () => number;
  /** The record's disk failed: the process must end without answering anything more. */
  readonly onFault: (fault: unknown) => void;
  /** The log that this one continues after a restore; cited by its first record. */
  readonly previous?: PreviousLog;
  readonly segmentBytes?: number;
  readonly deadlineMs?: number;
  readonly heartbeatMs?: number;
  readonly publishMs?: number;
  readonly sync?: Sync;
};

export type AuditRecord = {
  readonly origin: string;
  /** What auditors verify with; they should have it from elsewhere than from here. */
  readonly verifierKey: string;
  /** Resolves when the entry is durable. Rejects with `RecordUnavailable` when it cannot be, in time or at all. */
  readonly append: (event: AuditEvent) => Promise<Receipt>;
  /** Also writes into the reserve: for refusals that a full disk is the reason of. */
  readonly appendRefusal: (event: DecisionEvent) => Promise<Receipt>;
  readonly size: () => number;
  readonly checkpoint: () => string;
  readonly entries: (range: { readonly from: number; readonly limit: number }) => Promise<readonly IndexedEntry[]>;
  /** A published file by its tlog-tiles path. */
  readonly readPublished: (path: string) => Promise<Uint8Array | undefined>;
  readonly isWritable: () => boolean;
  /** Publishes what is durable now instead of within a second. */
  readonly flush: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** What may be written into the reserve: what says how things ended, never what begins something. */
const endings: ReadonlySet<AuditEvent['type']> = new Set([
  'outcome',
  'outcome.unknown',
  'refusal.summary',
  'log.closed',
]);

/** Opens the log, or throws in plain words when what is on disk does not fit together. The caller holds the folder's lock. */
export async function openRecord(options: RecordOptions): Promise<AuditRecord> {
  const { folder, keyFolder, origin, nowMs, onFault } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const signing = loadSigningKey(join(keyFolder, 'log-signing.pem'), { mayMake: await isNew(folder) });
  const key = { name: origin, publicKey: signing.publicKey };
  const verifierKey = formatVerifierKey(sha256, key);
  const lastNoteFile = join(keyFolder, 'last-checkpoint');
  const log = await openLog({ folder, verifierKey, origin, lastNoteFile });
  const segments = await openSegments({
    folder: segmentFolder(folder),
    segmentBytes: options.segmentBytes ?? usualSegmentBytes,
    sync: options.sync,
  });
  const publishing = createPublishing({ log, folder, segments, onFault, lastNoteFile });
  const reading = createReading({ log, folder, unwritten: publishing.unwritten });
  const unsettled = await findOpenDecisions(reading.backwards());
  const openDecisions = createOpenDecisions();
  const sequencer = createSequencer({
    log,
    segments,
    key,
    sign: signing.sign,
    nowMs,
    lastMs: await lastTimeMs(reading),
    onSequenced: openDecisions.see,
    onFault,
    betweenGroups: publishing.takeIfDue,
  });
  const deadlineMs = options.deadlineMs ?? 2000;
  const append = (event: AuditEvent) => withDeadline(sequencer.append(event, endings.has(event.type)), deadlineMs);
  await append(openingEvent(log, options.previous));
  for (const of of unsettled) await append({ type: 'outcome.unknown', of });
  const stopTicking = startTicking({ options, append, publishing, segments, open: openDecisions.list });
  return {
    origin,
    verifierKey,
    append,
    appendRefusal: (event) => withDeadline(sequencer.append(event, true), deadlineMs),
    size: () => log.durableSize,
    checkpoint: () => log.note ?? '',
    entries: reading.entries,
    readPublished: (path) => readPublishedFile(folder, path),
    isWritable: sequencer.isWritable,
    flush: publishing.flush,
    async close() {
      stopTicking();
      await append({ type: 'log.closed' }).catch(ignoreUnavailable);
      await sequencer.close();
      await publishing.flush();
      await segments.close();
    },
  };
}

const usualSegmentBytes = 4 * 1024 * 1024;

async function isNew(folder: string): Promise<boolean> {
  const hasCheckpoint = (await readPublishedFile(folder, 'checkpoint')) !== undefined;
  return !hasCheckpoint && (await listSegments(segmentFolder(folder))).length === 0;
}

type Place = {
  readonly folder: string;
  readonly verifierKey: string;
  readonly origin: string;
  readonly lastNoteFile: string;
};

async function openLog(place: Place): Promise<Log> {
  const recovered = await recover(place);
  const size = recovered.edge.size();
  await refuseRollback(size, place);
  return { ...recovered, durableSize: size };
}

/** An older state that was put back is genuine in itself; only a checkpoint that was kept elsewhere contradicts it. */
async function refuseRollback(size: number, { origin, lastNoteFile }: Place): Promise<void> {
  const text = await readFile(lastNoteFile, 'utf8').catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return '';
    throw fault;
  });
  const last = parseCheckpoint(text);
  if (last === undefined || last.origin !== origin || last.size <= size) return;
  throw new Error(
    `the record holds ${size} entries, and \`${lastNoteFile}\` says that it had ${last.size}: an older state was put back; ` +
      'put the newest one back, or restore from a backup with `npx modelward restore`, which opens a new log that cites this one',
  );
}

function openingEvent(log: Log, previous: PreviousLog | undefined): AuditEvent {
  const isFirst = log.edge.size() === 0;
  return { type: 'log.opened', ...(isFirst && previous !== undefined ? { previous: { ...previous } } : {}) };
}

async function lastTimeMs({ backwards }: Reading): Promise<number> {
  for await (const { entry } of backwards()) return Date.parse(entry.time);
  return 0;
}

/** An answer waits no longer than this. The entry may still become durable; an answer without its entry never leaves. */
function withDeadline(appended: Promise<Receipt>, deadlineMs: number): Promise<Receipt> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new RecordUnavailable('deadline')), deadlineMs);
    appended.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

type Ticking = {
  readonly options: RecordOptions;
  readonly append: (event: AuditEvent) => Promise<Receipt>;
  readonly publishing: Publishing;
  readonly segments: Segments;
  readonly open: () => readonly number[];
};

const mostListedOpen = 8000;

/** Publishes each second, and writes a heartbeat each minute, also when nothing happens: silence and truncation can be seen. */
function startTicking({ options, append, publishing, segments, open }: Ticking): () => void {
  const publish = () => {
    if (segments.isFull()) segments.tryAllocate();
    publishing.publishSoon();
  };
  const beat = () => {
    append({ type: 'log.heartbeat', open: open().slice(-mostListedOpen) }).catch(ignoreUnavailable);
  };
  const timers = [setInterval(publish, options.publishMs ?? 500), setInterval(beat, options.heartbeatMs ?? 60_000)];
  for (const timer of timers) timer.unref();
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

function ignoreUnavailable(fault: unknown): void {
  if (!(fault instanceof RecordUnavailable)) throw fault;
}
