import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type Checkpoint, describeLogFlaw, openCheckpoint } from '@modelward/merkle';
import type { TrustedLog } from './log-trust.ts';
import { Problem } from './problem.ts';

/**
 * How far an export has come: the signed checkpoint that all its rows are under, and how many of them were sent. The next run
 * goes on from there, and only in a log that does.
 */
export type Cursor = { readonly sent: number; readonly checkpoint: Checkpoint; readonly note: string };

export function readCursor(file: string, { trust }: TrustedLog): Cursor | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
  const [head = '', ...rest] = text.split('\n');
  const sent = Number(/^sent (\d{1,15})$/.exec(head)?.[1] ?? Number.NaN);
  const note = rest.join('\n');
  const opened = openCheckpoint(new TextEncoder().encode(note), trust);
  if (opened.ok && sent <= opened.value.checkpoint.size) return { sent, note, checkpoint: opened.value.checkpoint };
  const why = opened.ok ? 'it is not of its form' : describeLogFlaw(opened.reason);
  throw new Problem(
    `\`${file}\` is no cursor of an export of this log: ${why}`,
    'name the one of this log, or remove it to begin at the first entry',
    2,
  );
}

/** Written beside and moved into place: a crash sends rows twice, and never leaves some out. */
export function writeCursor(file: string, { sent, note }: Omit<Cursor, 'checkpoint'>): void {
  writeFileSync(`${file}.partial`, `sent ${sent}\n${note}`, { mode: 0o600, flush: true });
  renameSync(`${file}.partial`, file);
}
