/** How often strangers were refused beyond what is recorded one by one, from where and why. */
export type Count = {
  /** All refusals of this minute, recorded singly or not. */
  seen: number;
  held: number;
  firstMs: number;
  lastMs: number;
  readonly reasons: Map<string, number>;
};

const most = {
  /** Sources that are told apart within a minute; the rest are counted together. */
  sources: 1000,
  summaries: 100,
  reasons: 16,
} as const;

const others = 'src_others';

export function createCounts() {
  let counts = new Map<string, Count>();
  const known = (source: string) => (counts.has(source) || counts.size < most.sources ? source : others);
  return {
    isToldApart: (source: string): boolean => known(source) === source && source !== others,
    of(source: string): Count {
      const name = known(source);
      const count = counts.get(name) ?? emptyCount();
      counts.set(name, count);
      return count;
    },
    /** What is to be summed up, with which a new minute begins. */
    takeHeld(): readonly (readonly [string, Count])[] {
      const held = [...counts].filter(([, count]) => count.held > 0);
      counts = new Map();
      return held;
    },
  };
}

function emptyCount(): Count {
  return { seen: 0, held: 0, firstMs: 0, lastMs: 0, reasons: new Map() };
}

export function hold(count: Count, reason: string, nowMs: number): void {
  if (count.held === 0) count.firstMs = nowMs;
  count.held += 1;
  count.lastMs = nowMs;
  addReason(count, reason, 1);
}

function addReason({ reasons }: Count, reason: string, times: number): void {
  const key = reasons.has(reason) || reasons.size < most.reasons ? reason : 'other';
  reasons.set(key, (reasons.get(key) ?? 0) + times);
}

export function addCounts(to: Count, from: Count): void {
  to.firstMs = to.held === 0 ? from.firstMs : Math.min(to.firstMs, from.firstMs);
  to.lastMs = Math.max(to.lastMs, from.lastMs);
  to.held += from.held;
  for (const [reason, times] of from.reasons) addReason(to, reason, times);
}

/** One for each source, the busiest first; beyond the cap, one for all that remain. */
export function summaries(held: readonly (readonly [string, Count])[]): readonly (readonly [string, Count])[] {
  const busiest = held.toSorted(([, a], [, b]) => b.held - a.held);
  const single = busiest.slice(0, most.summaries);
  if (busiest.length === single.length) return single;
  const rest = emptyCount();
  for (const [, count] of busiest.slice(most.summaries)) addCounts(rest, count);
  return [...single, [others, rest]];
}
