import { equalBytes } from '@modelward/basics';
import { hashBytes, largestPowerBelow, nodeHash, rootOf, type Sha256 } from './hashing.ts';

/*
 * Inclusion and consistency proofs (RFC 9162 section 2.1, the same tree as RFC 6962). A proof is verified against a root
 * that is already believed; against one that is not, it says nothing.
 */

/** Leaves `start` to `end - 1`, of which a proof holds the one hash. */
export type LeafRange = { readonly start: number; readonly end: number };

/** No tree that can be counted needs more (C2SP tlog-witness has the same bound). */
export const mostProofHashes = 63;

/** What an inclusion proof is made of, in its order, from the leaf's neighbour up to the root's child (section 2.1.3.1). */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + largestPowerBelow(end - start);
    if (index < split) {
      ranges.unshift({ start: split, end });
      end = split;
    } else {
      ranges.unshift({ start, end: split });
      start = split;
    }
  }
  return ranges;
}

/** What a consistency proof from `oldSize` to `size` is made of, in its order (section 2.1.4.1). */
export function consistencyRanges(oldSize: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let [start, end] = [0, size];
  while (end !== oldSize) {
    const split = start + largestPowerBelow(end - start);
    if (oldSize <= split) {
      ranges.unshift({ start: split, end });
      end = split;
    } else {
      ranges.unshift({ start, end: split });
      start = split;
    }
  }
  // When nothing was left behind on the left, what remains is the old tree itself, whose root the verifier has.
  return start === 0 ? ranges : [{ start, end }, ...ranges];
}

type Inclusion = {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
};

/** Whether the proof leads from the leaf's hash at this index to the root of the tree of this size (section 2.1.3.2). */
export function verifyInclusion(sha256: Sha256, { size, ...rest }: Inclusion): boolean {
  return verifySubtreeInclusion(sha256, { ...rest, start: 0, end: size });
}

/** The same within the subtree of the leaves `start` to `end - 1` (draft-ietf-plants-merkle-tree-certs). */
export function verifySubtreeInclusion(
  sha256: Sha256,
  { leaf, index, start, end, proof, root }: Omit<Inclusion, 'size'> & LeafRange,
): boolean {
  if (!isSubtree({ start, end }) || !Number.isSafeInteger(index) || index < start || index >= end) return false;
  if (!areHashes(proof) || !areHashes([leaf, root])) return false;
  let [at, last, hash] = [index - start, end - start - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(at) || at === last) {
      hash = nodeHash(sha256, sibling, hash);
      // The right edge of an uneven tree: levels where this node has no neighbour and is handed up as it is.
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      hash = nodeHash(sha256, hash, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && equalBytes(hash, root);
}

type Consistency = {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly size: number;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * Whether the proof shows that the tree of `size` only adds to the tree of `oldSize` (section 2.1.4.2). Nothing can be shown
 * about an empty old tree: every tree adds to it, so size 0 is refused and the caller says what it means.
 */
export function verifyConsistency(sha256: Sha256, { oldSize, oldRoot, ...rest }: Consistency): boolean {
  return oldSize > 0 && verifySubtreeConsistency(sha256, { ...rest, start: 0, end: oldSize, subtreeRoot: oldRoot });
}

/**
 * Whether the proof shows that the leaves `start` to `end - 1` of the tree have the subtree root
 * (draft-ietf-plants-merkle-tree-certs). A subtree of no leaves is in every tree.
 */
export function verifySubtreeConsistency(
  sha256: Sha256,
  {
    start,
    end,
    subtreeRoot,
    size,
    root,
    proof,
  }: Omit<Consistency, 'oldSize' | 'oldRoot'> & LeafRange & { readonly subtreeRoot: Uint8Array },
): boolean {
  if (!isSubtree({ start, end }) || !Number.isSafeInteger(size) || end > size || !areHashes(proof)) return false;
  if (start === end) return proof.length === 0 && equalBytes(subtreeRoot, rootOf(sha256, []));
  // Roots that nothing is hashed onto are only compared. Onto one of another length, hashes could be shifted.
  if (proof.length > 0 && !areHashes([subtreeRoot, root])) return false;
  let [first, last, lastOfTree] = [start, end - 1, size - 1];
  const up = () => {
    [first, last, lastOfTree] = [half(first), half(last), half(lastOfTree)];
  };
  // Up to the largest full subtree at the right edge of the old leaves: the proof begins with its hash, or it is all of them.
  while (first !== last && (last === lastOfTree || isOdd(last))) up();
  const known = first === last ? subtreeRoot : proof[0];
  if (known === undefined) return false;
  let [ofSubtree, ofTree] = [known, known];
  for (const sibling of first === last ? proof : proof.slice(1)) {
    if (lastOfTree === 0) return false;
    if (isOdd(last) || last === lastOfTree) {
      if (first < last) ofSubtree = nodeHash(sha256, sibling, ofSubtree);
      ofTree = nodeHash(sha256, sibling, ofTree);
      while (!isOdd(last) && last !== 0) up();
    } else {
      ofTree = nodeHash(sha256, ofTree, sibling);
    }
    up();
  }
  return lastOfTree === 0 && equalBytes(ofSubtree, subtreeRoot) && equalBytes(ofTree, root);
}

/** A subtree begins at a multiple of the power of two that it fits in: only these have one hash in every larger tree. */
function isSubtree({ start, end }: LeafRange): boolean {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || start > end) return false;
  let width = 1;
  while (width < end - start) width *= 2;
  return start % width === 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.length <= mostProofHashes && hashes.every(({ length }) => length === hashBytes);
}

// Sizes go up to 2^53: JavaScript's own shifts cut at 32 bits.
function half(count: number): number {
  return Math.floor(count / 2);
}

function isOdd(count: number): boolean {
  return count % 2 === 1;
}
