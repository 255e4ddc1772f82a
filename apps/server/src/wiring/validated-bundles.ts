import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ValidatedBundles } from '@modelward/policy';

/** Remembered between starts. A memory that cannot be read or written costs half a second, and nothing else. */
export function rememberValidated(file: string): ValidatedBundles {
  const known = new Set(readLines(file));
  return {
    has: (key) => known.has(key),
    add(key) {
      known.add(key);
      try {
        mkdirSync(dirname(file), { recursive: true });
        appendFileSync(file, `${key}\n`, { mode: 0o600 });
      } catch {
        // An installation that nobody may write to validates at each start.
      }
    },
  };
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
