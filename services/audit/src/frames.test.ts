import { utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrames, type Group, readGroups } from './frames.ts';

/** Text as it stands in entries and notes: of any length, and without the byte 0, which JSON escapes. */
const text = fc
  .tuple(fc.integer({ min: 1, max: 3000 }), fc.constantFrom('{"a":"b"}', 'é', '\n'))
  .map(([length, pattern]) => utf8(pattern.repeat(length).slice(0, length)));
const groups = fc.array(
  fc.record({
    entries: fc.array(text, { minLength: 1, maxLength: 4 }),
    sealed: fc.array(text, { maxLength: 2 }),
    note: text,
  }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

/** The groups one behind the other. */
function encode(written: readonly Group[]): Buffer {
  let all = Buffer.alloc(0);
  for (const { entries, sealed, note } of written) {
    const frames = [
      ...entries.map((payload) => ({ kind: 'entry', payload }) as const),
      ...sealed.map((payload) => ({ kind: 'sealed', payload }) as const),
    ];
    all = Buffer.concat([all, encodeFrames([...frames, { kind: 'checkpoint', payload: note }], all.length)]);
  }
  return all;
}

/** A segment as it lies on disk: the groups, and the zeros that it was allocated with. */
function segmentOf(written: readonly Group[]): Buffer {
  return Buffer.concat([encode(written), Buffer.alloc(4096)]);
}

const plain = (list: readonly Group[]) =>
  list.map(({ entries, sealed, note }) =>
    [...entries, ...sealed, note].map((bytes) => Buffer.from(bytes).toString('hex')),
  );

describe('a segment', () => {
  it('gives back the groups that were written', () => {
    fc.assert(
      fc.property(groups, (written) => {
        const read = readGroups(segmentOf(written));
        expect(plain(read.groups)).toEqual(plain(written));
        expect(read.damagedAt).toBeUndefined();
      }),
    );
  });

  it('whose last group lacks any of its sectors has all groups before it, and no damage', () => {
    fc.assert(
      fc.property(groups, fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), (written, lost) => {
        const segment = segmentOf(written);
        const start = encode(written.slice(0, -1)).length;
        const end = encode(written).length;
        const sectors = Math.ceil(end / 512) - Math.floor(start / 512);
        for (const pick of lost) {
          const sector = (Math.floor(start / 512) + (pick % sectors)) * 512;
          segment.fill(0, Math.max(sector, start), Math.min(sector + 512, end));
        }
        const read = readGroups(segment);
        expect(plain(read.groups)).toEqual(plain(written.slice(0, -1)));
        expect(read.damagedAt).toBeUndefined();
      }),
    );
  });

  it('of which any bit was changed says so, wherever a group is', () => {
    fc.assert(
      fc.property(groups, fc.nat(), fc.nat({ max: 7 }), (written, place, bit) => {
        const segment = segmentOf(written);
        const used = encode(written).length;
        const at = place % used;
        segment[at] = (segment[at] ?? 0) ^ (1 << bit);
        expect(readGroups(segment).damagedAt).toBeTypeOf('number');
      }),
      { numRuns: 500 },
    );
  });

  it('that lacks a sector of a group with another behind it is damaged', () => {
    fc.assert(
      fc.property(groups, fc.nat(), (written, place) => {
        const segment = segmentOf([
          ...written,
          { entries: [utf8('last')], sealed: [utf8('value')], note: utf8('note') },
        ]);
        const used = encode(written).length;
        const sector = Math.floor((place % used) / 512) * 512;
        const before = Buffer.from(segment);
        segment.fill(0, sector, Math.min(sector + 512, used));
        fc.pre(!before.equals(segment));
        expect(readGroups(segment).damagedAt).toBeTypeOf('number');
      }),
    );
  });

  it('is read to its end when it is full to the last byte', () => {
    const written = [{ entries: [utf8('one')], sealed: [], note: utf8('note') }];
    const full = encode(written);
    expect(readGroups(full)).toMatchObject({ groups: [{}] });
    expect(readGroups(full.subarray(0, -1)).damagedAt).toBe(24);
  });
});
