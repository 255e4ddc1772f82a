import { join } from 'node:path';
import type { AuditEvent, DecisionEvent, Receipt } from '@modelward/contract';
import { formatVerifierKey, formatWitnessKey, type NoteKey } from '@modelward/merkle';
import { loadSigningKey, sha256 } from './crypto.ts';
import { makeFolder } from './durable-files.ts';
import { createOpenDecisions, findOpenDecisions } from './open-decisions.ts';
import { readStored, type StoredValue } from './privacy/sealed-files.ts';
import type { Personal, Sealer } from './privacy/sealer.ts';
import { readPublishedFile } from './published-files.ts';
import { refuseTilesBeyond } from './published-log.ts';
import { createPublishing } from './publishing.ts';
import { createReading, type IndexedEntry, type Reading } from './reading.ts';
import { recover, segmentFolder } from './recovery.ts';
import { refuseRollback } from './rollback.ts';
import { listSegments, openSegments, type Segments, type Sync } from './segments.ts';
import { createSequencer, type Log } from './sequencer.ts';
import { startTicking } from './ticking.ts';
import { RecordUnavailable } from './unavailable.ts';
import type { WitnessLink } from './witness/ask-witness.ts';
import { type Cosigning, createCosigning } from './witness/cosigning.ts';

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
  /** Who is asked to cosign what is published. */
  readonly witnesses?: (log: NoteKey) => Promise<readonly WitnessLink[]>;
  /** Hears, in words for people, of a witness that is away or disagrees once the log is open. */
  readonly onWitnessTrouble?: (trouble: string) => void;
  /** Seals personal values. Without one, none are kept. */
  readonly seal?: Sealer;
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
  readonly witnesses: readonly { readonly key: string; readonly place: WitnessLink['place'] }[];
  /** Resolves when the entry is durable. Rejects with `RecordUnavailable` when it cannot be, in time or at all. */
  readonly append: (event: AuditEvent, personal?: Personal) => Promise<Receipt>;
  /** The sealed values that became durable with an entry, once it is published. */
  readonly sealedOf: (index: number) => Promise<readonly StoredValue[]>;
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

/** What may be written into the reserve: what says how things ended and that the log lives, never what begins something. */
const endings: ReadonlySet<AuditEvent['type']> = new Set([
  'outcome',
  'outcome.unknown',
  'refusal.summary',
  'log.opened',
  'log.heartbeat',
  'log.closed',
]);

const usual = { segmentBytes: 4 * 1024 * 1024, deadlineMs: 2000, heartbeatMs: 60_000, publishMs: 500 } as const;

/** Opens the log, or throws in plain words when what is on disk does not fit together. The caller holds the folder's lock. */
export async function openRecord(options: RecordOptions): Promise<AuditRecord> {
  const { folder, keyFolder, origin, nowMs, onFault } = options;
  await makeFolder(folder);
  const signing = loadSigningKey(join(keyFolder, 'log-signing.pem'), { mayMake: await isNew(folder) });
  const key = { name: origin, publicKey: signing.publicKey };
  const verifierKey = formatVerifierKey(sha256, key);
  const lastNoteFile = join(keyFolder, 'last-checkpoint');
  const cosigning = await openCosigning(options, key);
  // Before the log is read: from here on an earlier writer acknowledges nothing more.
  const segments = await openSegments({
    folder: segmentFolder(folder),
    segmentBytes: options.segmentBytes ?? usual.segmentBytes,
    sync: options.sync,
  });
  const log = await openLog({ folder, verifierKey, lastNoteFile, cosigning }, segments);
  const { cosign } = cosigning;
  const publishing = createPublishing({ log, folder, segments, onFault, lastNoteFile, cosign });
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
    deadlineMs: options.deadlineMs ?? usual.deadlineMs,
    onSequenced: openDecisions.see,
    listOpen: openDecisions.listNewest,
    onFault,
    betweenGroups: publishing.takeIfDue,
  });
  const append = async (event: AuditEvent, personal?: Personal) => {
    const mayUseReserve = endings.has(event.type);
    if (personal === undefined || options.seal === undefined) return sequencer.append({ event }, mayUseReserve);
    const { commitments, sealed } = options.seal(personal);
    return sequencer.append({ event: { ...event, commitments } as AuditEvent, sealed }, mayUseReserve);
  };
  const opening = openingEvent(log, options.previous);
  await Promise.all([append(opening), ...unsettled.map((of) => append({ type: 'outcome.unknown', of }))]);
  const stopTicking = startTicking({ ...usual, ...options, append, publishing, segments });

  const closeOnce = async () => {
    stopTicking();
    await sequencer.seal();
    await appendClosing({ append: sequencer.appendLast, open: openDecisions.list() });
    await publishing.flush();
    await segments.close();
  };
  let closing: Promise<void> | undefined;
  return {
    origin,
    verifierKey,
    witnesses: cosigning.witnesses.map((one) => ({ key: formatWitnessKey(sha256, one.key), place: one.place })),
    append,
    appendRefusal: (event) => sequencer.append({ event }, true),
    sealedOf: (index) => readStored(folder, index),
    size: () => log.durableSize,
    checkpoint: () => log.note ?? '',
    entries: reading.entries,
    readPublished: (path) => readPublishedFile(folder, path),
    isWritable: sequencer.isWritable,
    flush: publishing.flush,
    close: () => (closing ??= closeOnce()),
  };
}

async function openCosigning(options: RecordOptions, key: NoteKey): Promise<Cosigning> {
  const { folder, nowMs, witnesses, onWitnessTrouble: report = () => undefined } = options;
  return createCosigning({ folder, nowMs, report, links: (await witnesses?.(key)) ?? [] });
}

async function isNew(folder: string): Promise<boolean> {
  const hasCheckpoint = (await readPublishedFile(folder, 'checkpoint')) !== undefined;
  return !hasCheckpoint && (await listSegments(segmentFolder(folder))).length === 0;
}

type LogPlace = {
  readonly folder: string;
  readonly verifierKey: string;
  readonly lastNoteFile: string;
  readonly cosigning: Cosigning;
};

async function openLog(place: LogPlace, segments: Segments): Promise<Log> {
  try {
    const recovered = await recover(place);
    const durableSize = recovered.edge.size();
    await refuseRollback(recovered.publishedSize, place);
    await refuseTilesBeyond(place.folder, durableSize);
    await place.cosigning.refuseDisagreement();
    return { ...recovered, durableSize, isBroken: false };
  } catch (fault) {
    await segments.abandon();
    throw fault;
  }
}

function openingEvent(log: Log, previous: PreviousLog | undefined): AuditEvent {
  const isFirst = log.edge.size() === 0;
  return { type: 'log.opened', ...(isFirst && previous !== undefined ? { previous: { ...previous } } : {}) };
}

async function lastTimeMs({ backwards }: Reading): Promise<number> {
  for await (const { entry } of backwards()) return Date.parse(entry.time);
  return 0;
}

type Closing = {
  readonly append: (event: AuditEvent) => Promise<Receipt>;
  readonly open: readonly number[];
};

/** The next start looks no further back than to where the log was closed, so nothing may be open there. */
async function appendClosing({ append, open }: Closing): Promise<void> {
  try {
    await Promise.all(open.map((of) => append({ type: 'outcome.unknown', of })));
    await append({ type: 'log.closed' });
  } catch (fault) {
    if (!(fault instanceof RecordUnavailable)) throw fault;
  }
}
