/** A set of policies, by their number: 32 to a word. */
export type Bits = Int32Array;

export function newBits(count: number): Bits {
  return new Int32Array(Math.ceil(count / 32));
}

export function setBit(bits: Bits, at: number): void {
  bits[at >>> 5] = wordOf(bits, at >>> 5) | (1 << (at & 31));
}

export function clearBit(bits: Bits, at: number): void {
  bits[at >>> 5] = wordOf(bits, at >>> 5) & ~(1 << (at & 31));
}

export function hasBit(bits: Bits, at: number): boolean {
  return ((wordOf(bits, at >>> 5) >>> (at & 31)) & 1) === 1;
}

export function addBits(to: Bits, from: Bits | undefined): void {
  if (from === undefined) return;
  for (let word = 0; word < to.length; word += 1) to[word] = wordOf(to, word) | wordOf(from, word);
}

export function keepBits(to: Bits, of: Bits): void {
  for (let word = 0; word < to.length; word += 1) to[word] = wordOf(to, word) & wordOf(of, word);
}

export function wordOf(bits: Bits, word: number): number {
  return bits[word] ?? 0;
}
