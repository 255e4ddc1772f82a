import { createPublicKey, generateKeyPairSync, hash, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes, utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBundle, encodeBundle } from './bundle.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { leafHash, rootOf } from './hashing.ts';
import { formatVerifierKey, openNote, parseVerifierKey, signNote, type Verify } from './note.ts';
import { levelsOf, parseTilePath, type Tile, tilePath, tilesAt } from './tiles.ts';
import { createTreeEdge } from './tree.ts';
import { verifyLog } from './verify-log.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const verify: Verify = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  return verifyBytes(
    null,
    message,
    createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
    signature,
  );
};
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const key = {
  name: 'modelward/test',
  publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
};
const signing = { key, sha256, sign: (message: Uint8Array) => signBytes(null, message, privateKey) };
const verifierKey = formatVerifierKey(sha256, key);

const entriesOf = (size: number) => Array.from({ length: size }, (_, at) => utf8(`entry ${at}`));

/** A whole log in memory, as it would be published. */
function publish(entries: readonly Uint8Array[]): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const edge = createTreeEdge(sha256, { size: 0, partials: [] });
  for (const entry of entries) edge.append(entry);
  for (const tile of tilesAt('entries', entries.length)) {
    files.set(tilePath(tile), encodeBundle(entries.slice(tile.index * 256, tile.index * 256 + tile.width)));
  }
  for (let level = 0; level < levelsOf(entries.length); level += 1) {
    for (const tile of tilesAt(level, entries.length))
      files.set(tilePath(tile), concatBytes(...edge.hashesOf({ ...tile, level })));
  }
  const checkpoint = formatCheckpoint({ origin: key.name, size: entries.length, root: edge.root() });
  return files.set('checkpoint', utf8(signNote(checkpoint, signing)));
}

const check = (files: ReadonlyMap<string, Uint8Array>, withKey = verifierKey) =>
  verifyLog({ read: async (path) => files.get(path), verifierKey: withKey, sha256, verify });

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

describe('tile paths', () => {
  it('are those of the standard', () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    const counts = [0, 1, 2].map((level) => [...tilesAt(level, 70_000)]);
    expect(counts.map((tiles) => [tiles.length, tiles.at(-1)?.width])).toEqual([
      [274, 112],
      [2, 17],
      [1, 1],
    ]);
    expect([...tilesAt(0, 256), ...tilesAt(1, 256)].map(tilePath)).toEqual(['tile/0/000', 'tile/1/000.p/1']);
  });

  it('read back as what they were written from, and nothing else is one', () => {
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
      'tile/0/../000',
      'tile/0/000/',
      '/tile/0/000',
      'tile/x/000',
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
});

describe('notes', () => {
  it('carry the key of the standard', () => {
    const text = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    const parsed = parseVerifierKey(sha256, text);
    expect(parsed?.name).toBe('example.com/foo');
    expect(parsed && formatVerifierKey(sha256, parsed)).toBe(text);
    expect(parseVerifierKey(sha256, text.replace('530d', '530e'))).toBeUndefined();
  });

  it('open with their key only, and not when one bit differs', () => {
    const note = utf8(signNote('a text\nof lines\n', signing));
    expect(openNote(note, { key, verify, sha256 })).toEqual({ ok: true, value: 'a text\nof lines\n' });
    expect(openNote(note, { key: { ...key, name: 'other' }, verify, sha256 })).toEqual({
      ok: false,
      reason: 'note-not-signed',
    });
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = Uint8Array.from(note, (byte, place) => (place === at ? byte ^ (1 << bit) : byte));
        expect(openNote(changed, { key, verify, sha256 }).ok).toBe(false);
      }),
    );
  });
});

describe('a published log', () => {
  it.each([0, 1, 2, 255, 256, 257, 600, 65_537])('of %i entries verifies', async (size) => {
    expect(await check(publish(entriesOf(size)))).toMatchObject({ ok: true, value: { size } });
  });

  it('does not verify once any bit of any file is changed, or a file is gone', async () => {
    const files = publish(entriesOf(300));
    for (const [path, bytes] of files) {
      for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const changed = Uint8Array.from(bytes, (byte, place) => (place === at ? byte ^ 1 : byte));
        expect([path, at, (await check(new Map(files).set(path, changed))).ok]).toEqual([path, at, false]);
      }
      const without = new Map(files);
      without.delete(path);
      expect([path, (await check(without)).ok]).toEqual([path, false]);
    }
  });

  it('does not verify with another key or under another origin', async () => {
    const files = publish(entriesOf(3));
    const other = formatVerifierKey(sha256, { ...key, publicKey: new Uint8Array(32).fill(7) });
    expect(await check(files, other)).toEqual({ ok: false, reason: { reason: 'note-not-signed' } });
    const renamed = formatCheckpoint({ origin: 'other', size: 3, root: new Uint8Array(32) });
    expect(await check(new Map(files).set('checkpoint', utf8(signNote(renamed, signing))))).toEqual({
      ok: false,
      reason: { reason: 'other-origin' },
    });
  });
});

const vectors = process.env.MODELWARD_VECTORS;
if (vectors === undefined) console.warn('SKIPPED tlog/tessera: set MODELWARD_VECTORS to run it');

describe.skipIf(vectors === undefined)('the sample log of Tessera', () => {
  const folder = join(vectors ?? '', 'tlog', 'tessera', 'testdata', 'log');
  // From Tessera's own test data (testdata/README), Apache-2.0.
  const tesseraKey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';
  it.each(Array.from({ length: 16 }, (_, size) => size))('verifies at %i entries', async (size) => {
    const read = async (path: string) =>
      readFileSync(join(folder, path === 'checkpoint' ? `checkpoint.${size}` : path));
    expect(await verifyLog({ read, verifierKey: tesseraKey, sha256, verify })).toMatchObject({
      ok: true,
      value: { size },
    });
  });

  it('has checkpoints of the form', () => {
    expect(parseCheckpoint('a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n')).toBeUndefined();
    expect(parseCheckpoint(`a\n1\n${'A'.repeat(43)}=\n`)?.size).toBe(1);
  });
});
