import type { Asking } from '../decide/judge.ts';
import { linksAt } from '../facts/facts.ts';
import type { Lever } from './lever.ts';

const hourMs = 3_600_000;

/** Moments of the next day at which the answer may be another: full hours, and when a role of one's own begins. */
export function laterLevers(asking: Asking): readonly Lever[] {
  const { nowMs, links } = asking.facts;
  const nextHour = Math.floor(nowMs / hourMs) * hourMs + hourMs;
  const hours = Array.from({ length: 24 }, (_, hour) => nextHour + hour * hourMs);
  const begins = links.map(({ fromMs }) => fromMs).filter((fromMs) => fromMs > nowMs);
  const moments = [...new Set([...begins.slice(0, 8), ...hours])].sort((a, b) => a - b);
  return moments.map((fromMs) => ({
    remedies: [{ kind: 'time', fromMs }],
    pull: (one) => ({ ...one, facts: { ...one.facts, nowMs: fromMs }, links: linksAt(one.facts, fromMs) }),
  }));
}
