import { Problem } from './problem.ts';

/** A moment that somebody typed. A day alone is its beginning in UTC, as the record counts. */
export function readTime(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new Problem(`\`${text}\` is no time`, 'give it as `2026-11-24` or `2026-11-24T10:00:00Z`', 2);
}
