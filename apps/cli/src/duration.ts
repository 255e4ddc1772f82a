import { Problem } from './problem.ts';

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `30m`, `8h`, `7d` or `2w` in seconds. */
export function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const seconds = Number(count) * (unitSeconds[unit] ?? 0);
  if (seconds === 0) throw new Problem(`\`${text}\` is no length of time`, 'write it as 30m, 8h, 7d or 2w', 2);
  return seconds;
}
