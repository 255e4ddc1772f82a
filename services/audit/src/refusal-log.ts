import type { AuditEvent, Receipt } from '@modelward/contract';
import { RecordUnavailable } from './unavailable.ts';

export type StrangersRefusal = {
  readonly requestId: string;
  readonly interface: 'mlflow' | 'control';
  readonly source: string;
  readonly reason: string;
};

export type RefusalLog = {
  /** Never waits and never fails: a stranger's request is refused whether or not the record has room for it. */
  readonly note: (refusal: StrangersRefusal) => void;
  /** Writes the summaries that are due so far. */
  readonly flush: () => Promise<void>;
};

const limits = {
  /** Single records a minute for one source, and for all sources together. */
  perSource: 20,
  perMinute: 200,
  /** Sources that are told apart within a minute; the rest are counted together. */
  sources: 1000,
  summaries: 100,
  reasons: 16,
} as const;

type Count = { seen: number; held: number; firstMs: number; lastMs: number; reasons: Map<string, number> };

type Deps = {
  readonly append: (event: AuditEvent) => Promise<Receipt>;
  readonly nowMs: () => number;
  readonly minuteMs?: number;
};

const others = 'src_others';

/**
 * Refusals before anybody was identified: the first few a minute of each source one by one, the rest counted in one record a
 * minute. An anonymous flood can neither fill the log nor stop the service.
 */
export function createRefusalLog({ append, nowMs, minuteMs = 60_000 }: Deps): RefusalLog {
  let counts = new Map<string, Count>();
  let written = 0;
  let timer: NodeJS.Timeout | undefined;

  const write = (event: AuditEvent) =>
    append(event).then(
      () => undefined,
      (fault) => {
        if (!(fault instanceof RecordUnavailable)) throw fault;
      },
    );

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const held = [...counts].filter(([, count]) => count.held > 0);
    counts = new Map();
    written = 0;
    await Promise.all(summaries(held).map(write));
  };

  const note = ({ source, ...refusal }: StrangersRefusal): void => {
    timer ??= setTimeout(() => void flush(), minuteMs).unref();
    const known = counts.has(source) || counts.size < limits.sources ? source : others;
    const count = counts.get(known) ?? { seen: 0, held: 0, firstMs: 0, lastMs: 0, reasons: new Map() };
    counts.set(known, count);
    count.seen += 1;
    if (known !== others && count.seen <= limits.perSource && written < limits.perMinute) {
      written += 1;
      void write({ type: 'refusal', source, ...refusal });
      return;
    }
    hold(count, refusal.reason, nowMs());
  };

  return { note, flush };
}

function hold(count: Count, reason: string, nowMs: number): void {
  if (count.held === 0) count.firstMs = nowMs;
  count.held += 1;
  count.lastMs = nowMs;
  const key = count.reasons.has(reason) || count.reasons.size < limits.reasons ? reason : 'other';
  count.reasons.set(key, (count.reasons.get(key) ?? 0) + 1);
}

/** One record for each source, the busiest first; beyond the cap, one for all that remain. */
function summaries(held: readonly (readonly [string, Count])[]): readonly AuditEvent[] {
  const busiest = held.toSorted(([, a], [, b]) => b.held - a.held);
  const single = busiest.slice(0, limits.summaries);
  const rest = busiest.slice(limits.summaries).map(([, count]) => count);
  const all: (readonly [string, Count])[] = rest.length === 0 ? single : [...single, [others, rest.reduce(addCounts)]];
  return all.map(([source, count]) => ({
    type: 'refusal.summary',
    source,
    count: count.held,
    firstMs: count.firstMs,
    lastMs: count.lastMs,
    reasons: Object.fromEntries(count.reasons),
  }));
}

function addCounts(a: Count, b: Count): Count {
  const reasons = new Map(a.reasons);
  for (const [reason, count] of b.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  return {
    seen: a.seen + b.seen,
    held: a.held + b.held,
    firstMs: Math.min(a.firstMs, b.firstMs),
    lastMs: Math.max(a.lastMs, b.lastMs),
    reasons,
  };
}
