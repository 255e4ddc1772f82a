import type { AuditEntry } from '@modelward/contract';
import { moment, plain } from './table.ts';

/** The names of ids, as far as whoever reads may know them. */
export type Names = ReadonlyMap<string, string>;

/** One entry of the record on one line. */
export function entryLine({ index, entry }: { index: number; entry: AuditEntry }, names: Names): string {
  return plain(
    `${String(index).padStart(6)}  ${moment(Date.parse(entry.time)).slice(5)}:${entry.time.slice(17, 19)}  ${sentence(entry, names)}`,
  );
}

function sentence(entry: AuditEntry, names: Names): string {
  const called = (id: string) => names.get(id) ?? id;
  switch (entry.type) {
    case 'decision': {
      const asked = entry.asked.map(({ action, resource }) => `${action} ${resourceText(resource, called)}`).join(', ');
      const helps = entry.remedies === undefined ? '' : `; would help: ${entry.remedies.join(', ')}`;
      return `${entry.decision.toUpperCase().padEnd(6)} ${called(entry.actor.id)}  ${asked}  (${reasonText(entry.reasons, called)}${helps})`;
    }
    case 'change':
      return `CHANGE ${called(entry.actor.id)}  ${entry.what} ${entry.subject === undefined ? '' : called(entry.subject)}${detailText(entry.detail, called)}`;
    case 'refusal':
      return `DENY   somebody unknown (${entry.source})  ${entry.interface}  (${entry.reason})`;
    case 'refusal.summary':
      return `DENY   somebody unknown (${entry.source})  ${entry.count} more  (${Object.entries(entry.reasons)
        .map(([reason, count]) => `${reason} ${count}`)
        .join(', ')})`;
    case 'outcome':
      return `       #${entry.of} ended: ${entry.status} ${entry.end}, ${Math.round(entry.durationMs)} ms`;
    case 'outcome.unknown':
      return `       #${entry.of} has no known end: the process stopped before it`;
    case 'disagreement':
      return `DENY   ${called(entry.actor.id)}  ${entry.asked.action} ${resourceText(entry.asked.resource, called)}  (second decision: ${reasonText(entry.reasons, called)})`;
    case 'log.opened':
    case 'log.closed':
    case 'log.heartbeat':
      return `       ${entry.type}`;
  }
}

type Resource = { readonly type: string; readonly id?: string | undefined; readonly ref?: string | undefined };

function resourceText({ type, id, ref }: Resource, called: (id: string) => string): string {
  if (type === 'Organization') return 'organization';
  const name = id === undefined ? ref : called(id);
  return name === undefined ? type.toLowerCase() : `${type.toLowerCase()} ${name}`;
}

function reasonText(reasons: readonly string[], called: (id: string) => string): string {
  // `role:link`: the role by which it was allowed, and the assignment that gave it.
  return reasons.map((reason) => reason.split(':').map(called).join(':')).join(', ');
}

function detailText(
  detail: Readonly<Record<string, string | number | boolean>> | undefined,
  called: (id: string) => string,
): string {
  if (detail === undefined) return '';
  const parts = Object.entries(detail).map(
    ([key, value]) => `${key} ${typeof value === 'string' ? called(value) : value}`,
  );
  return `  (${parts.join(', ')})`;
}
