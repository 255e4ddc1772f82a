import { concatBytes } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle, largestEntryBytes } from './bundle.ts';
import { leafHash, rootOf } from './hashing.ts';
import { sha256 } from './testing/ed25519.ts';
import { entriesOf } from './testing/published-log.ts';
import { levelsOf, parseTilePath, type Tile, tilePath, tilesAt } from './tiles.ts';
import { createTreeEdge } from './tree.ts';

describe('a tree', () => {
  it('has the root of RFC 6962 at every size, also when it goes on from its tiles', () => {
    const entries = entriesOf(700);
    const hashes = entries.map((entry) => leafHash(sha256, entry));
    const edge = createTreeEdge(sha256, { size: 0, partials: [] });
    for (const [at, entry] of entries.entries()) {
      expect(edge.root()).toEqual(rootOf(sha256, hashes.slice(0, at)));
      edge.append(entry);
    }
    for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 600]) {
      const before = createTreeEdge(sha256, { size: 0, partials: [] });
      for (const entry of entries.slice(0, size)) before.append(entry);
      const partials = Array.from({ length: levelsOf(size) }, (_, level) => {
        const last = [...tilesAt(level, size, Math.floor(size / 256 ** (level + 1)))].at(-1);
        return last === undefined ? [] : before.hashesOf({ ...last, level });
      });
      const resumed = createTreeEdge(sha256, { size, partials });
      for (const entry of entries.slice(size)) resumed.append(entry);
      expect([size, resumed.root()]).toEqual([size, edge.root()]);
    }
  });
});

describe('tiles', () => {
  // C2SP tlog-tiles: "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial of width 112", and so on.
  it.each([
    { size: 0, tiles: [] },
    { size: 1, tiles: [{ full: 0, partial: 1 }] },
    { size: 255, tiles: [{ full: 0, partial: 255 }] },
    { size: 256, tiles: [{ full: 1 }, { full: 0, partial: 1 }] },
    {
      size: 257,
      tiles: [
        { full: 1, partial: 1 },
        { full: 0, partial: 1 },
      ],
    },
    { size: 65_536, tiles: [{ full: 256 }, { full: 1 }, { full: 0, partial: 1 }] },
    { size: 65_537, tiles: [{ full: 256, partial: 1 }, { full: 1 }, { full: 0, partial: 1 }] },
    {
      size: 70_000,
      tiles: [
        { full: 273, partial: 112 },
        { full: 1, partial: 17 },
        { full: 0, partial: 1 },
      ],
    },
  ])('of $size entries are as the standard counts them', ({ size, tiles }) => {
    const counted = Array.from({ length: levelsOf(size) }, (_, level) => {
      const widths = [...tilesAt(level, size)].map(({ width }) => width);
      const full = widths.filter((width) => width === 256).length;
      const [partial] = widths.slice(full);
      return partial === undefined ? { full } : { full, partial };
    });
    expect(counted).toEqual(tiles);
  });

  it('have the paths of the standard', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 'entries', index: 1_234_067, width: 8 })).toBe('tile/entries/x001/x234/067.p/8');
    expect([...tilesAt(0, 256), ...tilesAt(1, 256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
  });

  it('read back from their paths, and nothing else is one', () => {
    const tile = fc.record({
      level: fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
      index: fc.nat(10 ** 12),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(tile, (one: Tile) => {
        expect(parseTilePath(tilePath(one))).toEqual(one);
      }),
    );
    for (const path of [
      'tile/00/000',
      'tile/0/0',
      'tile/0/1000',
      'tile/0/x000/000',
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/0/000.p/01',
      'tile/0/../000',
      'tile/0/000/',
      'tile/0/000\n',
      '/tile/0/000',
      'tile/x/000',
      'tile/64/000',
    ]) {
      expect([path, parseTilePath(path)]).toEqual([path, undefined]);
    }
  });
});

describe('bundles', () => {
  it('come back as they were, and cut ones do not', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { minLength: 1 }), fc.nat(), (entries, cut) => {
        const bytes = encodeBundle(entries);
        expect(decodeBundle(bytes)?.map((entry) => [...entry])).toEqual(entries.map((entry) => [...entry]));
        const shorter = decodeBundle(bytes.subarray(0, cut % bytes.length));
        expect(shorter === undefined || shorter.length < entries.length).toBe(true);
      }),
    );
  });

  it('hold an entry of any length that has room in two bytes, and no longer one', () => {
    for (const length of [0, 1, 255, 256, largestEntryBytes]) {
      const entry = new Uint8Array(length).fill(7);
      expect(decodeBundle(encodeBundle([entry, entry]))).toEqual([entry, entry]);
    }
    expect(() => encodeBundle([new Uint8Array(largestEntryBytes + 1)])).toThrow(RangeError);
    expect(decodeBundle(concatBytes(Uint8Array.of(0, 2), Uint8Array.of(1)))).toBeUndefined();
  });
});
