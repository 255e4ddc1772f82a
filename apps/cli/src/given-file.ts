import { readFileSync } from 'node:fs';
import { Problem } from './problem.ts';

/** More than any proof or checkpoint has. */
const largestBytes = 2 * 1024 * 1024;

/** A file that somebody named, or in plain words why it is none. */
export function readGivenFile(file: string, what: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    throw new Problem(`\`${file}\` cannot be read (${code})`, `name the file that holds ${what}`, 2);
  }
  if (bytes.length <= largestBytes) return bytes;
  throw new Problem(`\`${file}\` is larger than any ${what} is`, `name the file that holds ${what}`, 2);
}
