import { toHex } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, nodeHash, rootOf } from './hashing.ts';
import {
  consistencyRanges,
  inclusionRanges,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './proofs.ts';
import { proveConsistency, proveInclusion } from './prove.ts';
import { makeSigner, sha256 } from './testing/ed25519.ts';
import { entriesOf, flipBit, publish, readerOf } from './testing/published-log.ts';

const largestSize = 1500;
const entries = entriesOf(largestSize);
const leaves = entries.map((entry) => leafHash(sha256, entry));
const rootAt = (size: number) => rootOf(sha256, leaves.slice(0, size));
const rangeHash = ({ start, end }: { start: number; end: number }) => rootOf(sha256, leaves.slice(start, end));

const sizes = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.constantFrom(255, 256, 257, 511, 512, 513),
  fc.integer({ min: 1, max: largestSize }),
);
/** A size and an entry of it. */
const places = sizes.chain((size) => fc.record({ size: fc.constant(size), index: fc.nat(size - 1) }));
const growth = sizes.chain((size) =>
  fc.record({ size: fc.constant(size), oldSize: fc.integer({ min: 1, max: size }) }),
);

/** RFC 6962 section 2.1.1 as it is written: PATH(m, D[n]). */
function path(index: number, hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  if (hashes.length === 1) return [];
  const split = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  return index < split
    ? [...path(index, left), rootOf(sha256, right)]
    : [...path(index - split, right), rootOf(sha256, left)];
}

/** RFC 6962 section 2.1.2 as it is written: SUBPROOF(m, D[n], b). */
function subproof(size: number, hashes: readonly Uint8Array[], isWhole: boolean): readonly Uint8Array[] {
  if (size === hashes.length) return isWhole ? [] : [rootOf(sha256, hashes)];
  const split = splitOf(hashes.length);
  const [left, right] = [hashes.slice(0, split), hashes.slice(split)];
  return size <= split
    ? [...subproof(size, left, isWhole), rootOf(sha256, right)]
    : [...subproof(size - split, right, false), rootOf(sha256, left)];
}

function splitOf(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}

/** The proof with one bit of one hash the other way. */
function flipInProof(proof: readonly Uint8Array[], at: number, bit: number): readonly Uint8Array[] {
  return proof.map((hash, place) => (place === at % proof.length ? flipBit(hash, bit) : hash));
}

describe('an inclusion proof', () => {
  const proofOf = (index: number, size: number) => inclusionRanges(index, size).map(rangeHash);
  const statement = ({ index, size }: { index: number; size: number }) => ({
    leaf: leaves[index] as Uint8Array,
    index,
    size,
    proof: proofOf(index, size),
    root: rootAt(size),
  });

  it('is that of RFC 6962, and verifies, for any entry of any tree', () => {
    fc.assert(
      fc.property(places, (place) => {
        const one = statement(place);
        expect(one.proof).toEqual(path(place.index, leaves.slice(0, place.size)));
        expect(verifyInclusion(sha256, one)).toBe(true);
      }),
    );
  });

  it('verifies for no other index, size, leaf, root or proof', () => {
    fc.assert(
      fc.property(places, fc.nat(255), fc.nat(), fc.nat(largestSize), (place, bit, at, other) => {
        const one = statement(place);
        expect(verifyInclusion(sha256, { ...one, leaf: flipBit(one.leaf, bit) })).toBe(false);
        expect(verifyInclusion(sha256, { ...one, root: flipBit(one.root, bit) })).toBe(false);
        if (one.proof.length > 0) {
          expect(verifyInclusion(sha256, { ...one, proof: flipInProof(one.proof, at, bit) })).toBe(false);
          expect(verifyInclusion(sha256, { ...one, proof: one.proof.slice(1) })).toBe(false);
          expect(verifyInclusion(sha256, { ...one, proof: one.proof.slice(0, -1) })).toBe(false);
        }
        expect(verifyInclusion(sha256, { ...one, proof: [...one.proof, one.root] })).toBe(false);
        expect(verifyInclusion(sha256, { ...one, proof: [one.leaf, ...one.proof] })).toBe(false);
        if (other !== place.index) expect(verifyInclusion(sha256, { ...one, index: other })).toBe(false);
      }),
    );
  });

  it('does not verify with any one bit of the index the other way', () => {
    fc.assert(
      fc.property(places, fc.nat(52), (place, bit) => {
        const power = 2 ** bit;
        const isSet = Math.floor(place.index / power) % 2 === 1;
        expect(verifyInclusion(sha256, { ...statement(place), index: place.index + (isSet ? -power : power) })).toBe(
          false,
        );
      }),
    );
  });

  it('does not pass a node off as a leaf', () => {
    const node = nodeHash(sha256, leaves[0] as Uint8Array, leaves[1] as Uint8Array);
    const proof = [nodeHash(sha256, leaves[2] as Uint8Array, leaves[3] as Uint8Array)];
    // As a hash the node fits a tree of two; as an entry it does not, for a leaf is hashed with another prefix.
    const entry = new Uint8Array([...(leaves[0] as Uint8Array), ...(leaves[1] as Uint8Array)]);
    expect(verifyInclusion(sha256, { leaf: node, index: 0, size: 2, proof, root: rootAt(4) })).toBe(true);
    expect(verifyInclusion(sha256, { leaf: leafHash(sha256, entry), index: 0, size: 2, proof, root: rootAt(4) })).toBe(
      false,
    );
  });

  it.each([
    ['a negative index', { index: -1 }],
    ['a broken index', { index: 0.5 }],
    ['no index', { index: Number.NaN }],
    ['an endless size', { size: Number.POSITIVE_INFINITY }],
    ['a size past 2^53', { size: 2 ** 53 }],
    ['size 0', { size: 0 }],
    ['a short leaf', { leaf: new Uint8Array(31) }],
    ['no root', { root: new Uint8Array(0) }],
    ['a hash too long', { proof: [new Uint8Array(33)] }],
    ['more hashes than any tree has levels', { proof: Array.from({ length: 70 }, () => new Uint8Array(32)) }],
  ])('with %s does not verify, and does not break', (_, change) => {
    expect(verifyInclusion(sha256, { ...statement({ index: 0, size: 2 }), ...change })).toBe(false);
  });
});

describe('a consistency proof', () => {
  const statement = ({ oldSize, size }: { oldSize: number; size: number }) => ({
    oldSize,
    size,
    oldRoot: rootAt(oldSize),
    root: rootAt(size),
    proof: consistencyRanges(oldSize, size).map(rangeHash),
  });

  it('is that of RFC 6962, and verifies, between any two sizes', () => {
    fc.assert(
      fc.property(growth, (sizesOfBoth) => {
        const one = statement(sizesOfBoth);
        expect(one.proof).toEqual(subproof(one.oldSize, leaves.slice(0, one.size), true));
        expect(verifyConsistency(sha256, one)).toBe(true);
      }),
    );
  });

  it('verifies for no other root, and not when a bit of it or a hash of it differs', () => {
    fc.assert(
      fc.property(growth, fc.nat(255), fc.nat(), (sizesOfBoth, bit, at) => {
        const one = statement(sizesOfBoth);
        expect(verifyConsistency(sha256, { ...one, oldRoot: flipBit(one.oldRoot, bit) })).toBe(false);
        expect(verifyConsistency(sha256, { ...one, root: flipBit(one.root, bit) })).toBe(false);
        expect(verifyConsistency(sha256, { ...one, proof: [...one.proof, one.root] })).toBe(false);
        if (one.proof.length === 0) return;
        expect(verifyConsistency(sha256, { ...one, proof: flipInProof(one.proof, at, bit) })).toBe(false);
        expect(verifyConsistency(sha256, { ...one, proof: one.proof.slice(1) })).toBe(false);
        expect(verifyConsistency(sha256, { ...one, proof: one.proof.slice(0, -1) })).toBe(false);
        expect(verifyConsistency(sha256, { ...one, oldRoot: one.root, root: one.oldRoot })).toBe(false);
      }),
    );
  });

  it('verifies for no other old size', () => {
    fc.assert(
      fc.property(growth, fc.integer({ min: 1, max: largestSize }), (sizesOfBoth, other) => {
        const one = statement(sizesOfBoth);
        // Between equal sizes nothing is proven but that the roots are the same.
        fc.pre(other !== one.oldSize && one.oldSize !== one.size);
        expect(verifyConsistency(sha256, { ...one, oldSize: other })).toBe(false);
      }),
    );
  });

  it('shows nothing about an empty tree, nor from a larger one to a smaller one', () => {
    const root = rootAt(5);
    expect(verifyConsistency(sha256, { oldSize: 0, oldRoot: rootAt(0), size: 5, root, proof: [] })).toBe(false);
    expect(verifyConsistency(sha256, { oldSize: 0, oldRoot: rootAt(0), size: 0, root: rootAt(0), proof: [] })).toBe(
      false,
    );
    expect(verifyConsistency(sha256, { ...statement({ oldSize: 3, size: 5 }), oldSize: 5, size: 3 })).toBe(false);
  });
});

describe('a subtree', () => {
  it('of one hash in every larger tree has its own proofs, and others have none', () => {
    fc.assert(
      fc.property(growth, fc.nat(10), fc.nat(), ({ oldSize: end, size }, power, at) => {
        const width = 2 ** power;
        const start = Math.floor((end - 1) / width) * width;
        const root = rangeHash({ start, end });
        const index = start + (at % (end - start));
        const proof = path(index - start, leaves.slice(start, end));
        const one = { leaf: leaves[index] as Uint8Array, index, start, end, proof, root };
        expect(verifySubtreeInclusion(sha256, one)).toBe(true);
        expect(verifySubtreeInclusion(sha256, { ...one, index: index + 1 })).toBe(false);
        const whole = { start, end, subtreeRoot: root, size, root: rootAt(size), proof: [] };
        if (end === size && start === 0) expect(verifySubtreeConsistency(sha256, whole)).toBe(true);
        if (end - start > 1 && start > 0)
          expect(verifySubtreeConsistency(sha256, { ...whole, start: start - 1 })).toBe(false);
      }),
    );
  });
});

describe('proofs from published tiles', () => {
  const sizesOfLogs = [1, 2, 3, 255, 256, 257, 512, 700, 1500];
  const signer = makeSigner('modelward/test');
  const logs = new Map(sizesOfLogs.map((size) => [size, readerOf(publish(entries.slice(0, size), signer))]));
  const sizesAbove = fc
    .constantFrom(...sizesOfLogs)
    .chain((published) =>
      fc.record({ published: fc.constant(published), size: fc.integer({ min: 1, max: published }) }),
    );

  it('are the same as from the entries, at every size that the log has had', async () => {
    await fc.assert(
      fc.asyncProperty(sizesAbove, fc.nat(), async ({ published, size }, at) => {
        const source = { read: logs.get(published) ?? readerOf(new Map()), sha256, size, publishedSize: published };
        const index = at % size;
        const inclusion = await proveInclusion({ ...source, index });
        expect(inclusion.ok && inclusion.value.map(toHex)).toEqual(path(index, leaves.slice(0, size)).map(toHex));
        const oldSize = 1 + (at % size);
        const consistency = await proveConsistency({ ...source, oldSize });
        expect(consistency.ok && consistency.value.map(toHex)).toEqual(
          subproof(oldSize, leaves.slice(0, size), true).map(toHex),
        );
      }),
    );
  });

  it('come from the full tile once the partial one is gone', async () => {
    const files = publish(entries.slice(0, 512), signer);
    // As size 300 was published, with the level above, and its leaves' partial tile deleted since.
    files.set('tile/1/000.p/1', rootAt(256));
    const proof = await proveInclusion({ read: readerOf(files), sha256, index: 299, size: 300 });
    expect(proof.ok && proof.value.map(toHex)).toEqual(path(299, leaves.slice(0, 300)).map(toHex));
  });

  it('name the file that is missing or cut', async () => {
    const files = publish(entries.slice(0, 700), signer);
    const path = 'tile/0/001';
    const without = new Map(files);
    without.delete(path);
    const cut = new Map(files).set(path, new Uint8Array(100));
    const place = { sha256, index: 300, size: 700 };
    expect(await proveInclusion({ ...place, read: readerOf(without) })).toEqual({
      ok: false,
      reason: { reason: 'file-missing', path },
    });
    expect(await proveInclusion({ ...place, read: readerOf(cut) })).toEqual({
      ok: false,
      reason: { reason: 'file-malformed', path },
    });
  });

  it.each([
    { index: 10, size: 10 },
    { index: -1, size: 10 },
    { index: 0, size: 0 },
    { index: 0.5, size: 10 },
  ])('are none of entry $index of $size', async (place) => {
    const read = readerOf(new Map());
    expect(await proveInclusion({ ...place, read, sha256 })).toEqual({
      ok: false,
      reason: { reason: 'no-such-entry', size: place.size },
    });
  });

  it('from size 0 are empty, and to a smaller size there are none', async () => {
    const read = readerOf(new Map());
    expect(await proveConsistency({ read, sha256, oldSize: 0, size: 9 })).toEqual({ ok: true, value: [] });
    expect((await proveConsistency({ read, sha256, oldSize: 9, size: 8 })).ok).toBe(false);
  });
});
