import { type ExportFormat, exportRow } from '@modelward/audit';
import { type Checkpoint, describeLogFlaw, verifyLog } from '@modelward/merkle';
import type { Sink } from './export-sink.ts';
import { broken, type TrustedLog } from './log-trust.ts';

const rowsAtOnce = 500;

type Wanted = {
  readonly log: TrustedLog;
  readonly trusted: Checkpoint | undefined;
  readonly from: number;
  readonly format: ExportFormat;
  readonly sink: Sink;
  readonly onSent: (sent: number) => void;
};

/** The log verified, from a checkpoint that is believed on; nothing has left yet. */
export async function verifiedCheckpoint({ source, trust }: TrustedLog, trusted?: Checkpoint): Promise<Checkpoint> {
  const verified = await verifyLog({ read: source.read, ...trust, ...(trusted === undefined ? {} : { trusted }) });
  if (verified.ok) return verified.value;
  throw broken(source, describeLogFlaw(verified.reason));
}

/** Sends every entry from one index on, in order, each page before the next is read. */
export async function sendEntries({ log, trusted, from, format, sink, onSent }: Wanted): Promise<void> {
  const { source, trust } = log;
  const origin = await source.origin();
  let rows: string[] = [];
  let sent = from;
  const flush = async () => {
    if (rows.length === 0) return;
    await sink(rows);
    sent += rows.length;
    rows = [];
    onSent(sent);
  };
  const read = async (path: string) => {
    if (rows.length >= rowsAtOnce) await flush();
    return source.read(path);
  };
  const onEntry = (bytes: Uint8Array, index: number) => {
    if (index >= from) rows.push(exportRow({ bytes, index }, { origin, format }));
  };
  const verified = await verifyLog({ read, ...trust, ...(trusted === undefined ? {} : { trusted }), onEntry });
  if (!verified.ok) throw broken(source, describeLogFlaw(verified.reason));
  await flush();
}
