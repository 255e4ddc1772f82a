/** SHA-256 of bytes. Handed in, so that this package runs wherever there is one. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export const hashBytes = 32;
const nodePrefix = 1;

/** RFC 6962 section 2.1: leaves (first byte 0) and nodes (1) are hashed apart, so that neither can be passed off as the other. */
export function leafHash(sha256: Sha256, entry: Uint8Array): Uint8Array {
  // Every entry of the record passes here: one buffer, filled once.
  const bytes = new Uint8Array(1 + entry.length);
  bytes.set(entry, 1);
  return sha256(bytes);
}

export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + left.length + right.length);
  bytes[0] = nodePrefix;
  bytes.set(left, 1);
  bytes.set(right, 1 + left.length);
  return sha256(bytes);
}

/** The root over hashes of equal subtrees, a tree of their own (RFC 6962's MTH; the empty tree is the hash of nothing). */
export function rootOf(sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array {
  const [first] = hashes;
  if (first === undefined) return sha256(new Uint8Array(0));
  if (hashes.length === 1) return first;
  const split = largestPowerBelow(hashes.length);
  return nodeHash(sha256, rootOf(sha256, hashes.slice(0, split)), rootOf(sha256, hashes.slice(split)));
}

/** The largest power of two that is smaller, where a tree of this size is split. */
export function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}
