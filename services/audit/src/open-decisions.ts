import type { AuditEntry, AuditEvent } from '@modelward/contract';

/** So many fit into one heartbeat, whatever their indices. */
export const mostListedOpen = 4000;

/** The decisions that allowed something and have no outcome yet: what a crash would leave in doubt. */
export function createOpenDecisions() {
  const open = new Set<number>();
  return {
    see(event: AuditEvent, index: number): void {
      if (isOpened(event)) open.add(index);
      if (event.type === 'outcome' || event.type === 'outcome.unknown') open.delete(event.of);
    },
    list: (): readonly number[] => [...open],
    /** As many of the newest as a heartbeat lists. */
    listNewest: (): readonly number[] => [...open].slice(-mostListedOpen),
  };
}

/** What the decision point said of others has no outcome: the answer was all of it. */
function isOpened(event: AuditEvent): boolean {
  return event.type === 'decision' && event.decision === 'allow' && event.evaluated === undefined;
}

type Backwards = AsyncIterable<{ readonly index: number; readonly entry: AuditEntry }>;

/**
 * The same, read from the end of a log: back to the last heartbeat, which lists what was open then, or to where the log was
 * closed with nothing open. A heartbeat that lists as many as it can may have left some out, so reading goes on behind it.
 */
export async function findOpenDecisions(entries: Backwards): Promise<readonly number[]> {
  const settled = new Set<number>();
  const open = new Set<number>();
  const add = (index: number) => {
    if (!settled.has(index)) open.add(index);
  };
  for await (const { index, entry } of entries) {
    if (entry.type === 'log.closed') break;
    if (entry.type === 'outcome' || entry.type === 'outcome.unknown') settled.add(entry.of);
    if (isOpened(entry)) add(index);
    if (entry.type !== 'log.heartbeat') continue;
    for (const earlier of entry.open) add(earlier);
    if (entry.open.length < mostListedOpen) break;
  }
  return [...open].sort((a, b) => a - b);
}
