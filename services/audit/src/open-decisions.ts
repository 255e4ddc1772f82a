import type { AuditEntry, AuditEvent } from '@modelward/contract';

/** The decisions that allowed something and have no outcome yet: what a crash would leave in doubt. */
export function createOpenDecisions() {
  const open = new Set<number>();
  return {
    see(event: AuditEvent, index: number): void {
      if (event.type === 'decision' && event.decision === 'allow') open.add(index);
      if (event.type === 'outcome' || event.type === 'outcome.unknown') open.delete(event.of);
    },
    list: (): readonly number[] => [...open],
  };
}

type Backwards = AsyncIterable<{ readonly index: number; readonly entry: AuditEntry }>;

/**
 * The same, read from the end of a log that was not closed: back to the last heartbeat, which lists what was open then, or
 * to the opening of the log.
 */
export async function findOpenDecisions(entries: Backwards): Promise<readonly number[]> {
  const settled = new Set<number>();
  const open: number[] = [];
  for await (const { index, entry } of entries) {
    if (entry.type === 'log.closed' || entry.type === 'log.opened') break;
    if (entry.type === 'outcome' || entry.type === 'outcome.unknown') settled.add(entry.of);
    if (entry.type === 'decision' && entry.decision === 'allow' && !settled.has(index)) open.push(index);
    if (entry.type !== 'log.heartbeat') continue;
    open.push(...entry.open.filter((earlier) => !settled.has(earlier)));
    break;
  }
  return open.sort((a, b) => a - b);
}
