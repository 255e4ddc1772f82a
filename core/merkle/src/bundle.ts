import { concatBytes } from '@modelward/basics';

export const largestEntryBytes = 65_535;

/** An entry bundle: for each entry its length in two bytes, big-endian, and the entry (C2SP tlog-tiles). Throws for an entry too long for them. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  // A length that wrapped around would be read back as other entries.
  if (entries.some((entry) => entry.length > largestEntryBytes))
    throw new RangeError('an entry is too long for a bundle');
  return concatBytes(...entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]));
}

/** The entries of a bundle, or undefined when its bytes do not come out even. */
export function decodeBundle(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (high === undefined || low === undefined) return undefined;
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
