import { type AuditEntry, auditEntry } from '@modelward/contract';
import { moment } from './table.ts';

const kinds = [
  'allowed',
  'refused',
  'refused before anybody was identified',
  'changes',
  'with an unknown end',
] as const;
type Kind = (typeof kinds)[number];

/** What a record holds, counted while it is verified. */
export function createTally() {
  const counts = new Map<Kind, number>(kinds.map((kind) => [kind, 0]));
  const times: string[] = [];
  let unknown = 0;
  let begins: AuditEntry | undefined;

  const see = (bytes: Uint8Array, index: number): void => {
    const entry = readEntry(bytes);
    if (entry === undefined) {
      unknown += 1;
      return;
    }
    if (index === 0) begins = entry;
    times[Math.min(times.length, 1)] = entry.time;
    const counted = countOf(entry);
    if (counted !== undefined) counts.set(counted.kind, (counts.get(counted.kind) ?? 0) + counted.count);
  };

  const lines = (): readonly string[] => {
    const [first = '', last = first] = times;
    const span = first === '' ? [] : [`from ${moment(Date.parse(first))} to ${moment(Date.parse(last))}`];
    return [
      ...span,
      kinds.map((kind) => `${counts.get(kind)} ${kind}`).join(', '),
      ...(unknown === 0 ? [] : [`${unknown} entries are of a form that this version does not know`]),
      ...(begins === undefined ? [] : citedLine(begins)),
    ];
  };

  return { see, lines };
}

function readEntry(bytes: Uint8Array): AuditEntry | undefined {
  try {
    const parsed = auditEntry.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? (parsed.data as AuditEntry) : undefined;
  } catch {
    return undefined;
  }
}

function countOf(entry: AuditEntry): { readonly kind: Kind; readonly count: number } | undefined {
  switch (entry.type) {
    case 'decision':
      return { kind: entry.decision === 'allow' ? 'allowed' : 'refused', count: 1 };
    case 'disagreement':
      return { kind: 'refused', count: 1 };
    case 'refusal':
      return { kind: 'refused before anybody was identified', count: 1 };
    case 'refusal.summary':
      return { kind: 'refused before anybody was identified', count: entry.count };
    case 'change':
      return { kind: 'changes', count: 1 };
    case 'outcome.unknown':
      return { kind: 'with an unknown end', count: 1 };
    default:
      return undefined;
  }
}

/** After a restore a log begins by naming the one before it. */
function citedLine(entry: AuditEntry): readonly string[] {
  if (entry.type !== 'log.opened' || entry.previous === undefined) return [];
  const { origin, size, root } = entry.previous;
  return [`it follows a restore: its first record cites ${origin} at ${size} entries, root ${root}`];
}
