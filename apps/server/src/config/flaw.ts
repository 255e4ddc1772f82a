/** One thing that stops the start, in plain words. `path` is a key of modelward.yaml, a variable, or the file itself. */
export type ConfigFlaw = { readonly path: string; readonly reason: string; readonly fix: string };

const longestShown = 60;

/** A value inside a message: on one line, short, and without control characters that a terminal would obey. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const plain = text.replaceAll(/[\p{Cc}`]/gu, ' ');
  return plain.length > longestShown ? `${plain.slice(0, longestShown)}...` : plain;
}

/** The candidate that was probably meant: a slip of a letter or two, or the right name in the wrong place. */
export function nearest(written: string, candidates: readonly string[]): string | undefined {
  const near = candidates
    .map((candidate) => ({ candidate, distance: editDistance(written.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, Math.floor(candidate.length / 5)))
    .toSorted((left, right) => left.distance - right.distance);
  return near[0]?.candidate ?? candidates.find((candidate) => lastSegment(candidate) === lastSegment(written));
}

function lastSegment(path: string): string {
  return path.split('.').at(-1)?.toLowerCase() ?? '';
}

/** Insertions, deletions and replacements between two words (Levenshtein); words far apart in length are not counted out. */
function editDistance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) > longestShown) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
