import type { AuditEvent, Receipt } from '@modelward/contract';
import { addCounts, type Count, createCounts, hold, summaries } from './refusal-counts.ts';
import { RecordUnavailable } from './unavailable.ts';

type StrangersRefusal = {
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

/** Single records a minute for one source, and for all sources together. */
const most = { perSource: 20, perMinute: 200 } as const;

type Deps = {
  readonly append: (event: AuditEvent) => Promise<Receipt>;
  readonly nowMs: () => number;
  readonly minuteMs?: number;
  /** Hears of an entry that the log does not take because of its form: a fault of this program, never of who was refused. */
  readonly report?: (fault: unknown) => void;
};

/**
 * Refusals before anybody was identified: the first few a minute of each source one by one, the rest counted in one record a
 * minute. An anonymous flood can neither fill the log nor stop the service.
 */
export function createRefusalLog({ append, nowMs, minuteMs = 60_000, report = () => undefined }: Deps): RefusalLog {
  const counts = createCounts();
  let written = 0;
  let timer: NodeJS.Timeout | undefined;

  const note = ({ source, reason, ...refusal }: StrangersRefusal): void => {
    begin();
    const count = counts.of(source);
    count.seen += 1;
    const isSingle = counts.isToldApart(source) && count.seen <= most.perSource && written < most.perMinute;
    if (!isSingle) {
      hold(count, reason, nowMs());
      return;
    }
    written += 1;
    append({ type: 'refusal', source, reason, ...refusal }).catch((fault) => {
      // A record that is full for single refusals may still have room for their sum.
      if (wasRefused(fault)) hold(counts.of(source), reason, nowMs());
    });
  };

  function begin(): void {
    timer ??= setTimeout(() => void flush(), minuteMs).unref();
  }

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    written = 0;
    await Promise.all(summaries(counts.takeHeld()).map(writeSummary));
  };

  const writeSummary = async ([source, count]: readonly [string, Count]): Promise<void> => {
    try {
      await append({
        type: 'refusal.summary',
        source,
        count: count.held,
        firstMs: count.firstMs,
        lastMs: count.lastMs,
        reasons: Object.fromEntries(count.reasons),
      });
    } catch (fault) {
      if (!wasRefused(fault)) return;
      addCounts(counts.of(source), count);
      begin();
    }
  };

  /** What is only late is still written, and counting it again would count it twice. */
  function wasRefused(fault: unknown): boolean {
    if (fault instanceof RecordUnavailable) return fault.reason === 'full' || fault.reason === 'busy';
    report(fault);
    return false;
  }

  return { note, flush };
}
