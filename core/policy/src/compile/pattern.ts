import type { Pattern } from '../est/expression.ts';

/**
 * Whether all of a text is of this form. The first place at which a piece fits is as good as any later one, so that nothing
 * is ever tried twice: a pattern with many wildcards costs no more than one with few.
 */
export function matches(text: string, [first, ...rest]: Pattern): boolean {
  const last = rest.at(-1);
  if (last === undefined) return text === first;
  const end = text.length - last.length;
  if (first.length > end || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (let at = 0; at < rest.length - 1; at += 1) {
    const piece = rest[at] ?? '';
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return from <= end;
}
