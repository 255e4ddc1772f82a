import { utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { leafHash, rootOf } from './hashing.ts';
import { describeCheckpoint, describeLogFlaw } from './log-flaws.ts';
import { formatVerifierKey, signNote } from './note.ts';
import { makeSigner, sha256, verify } from './testing/ed25519.ts';
import { entriesOf, flipBit, type LogFiles, publish, readerOf } from './testing/published-log.ts';
import { tileWidth } from './tiles.ts';
import { verifyLog } from './verify-log.ts';

const signer = makeSigner('modelward/test');
const verifierKey = formatVerifierKey(sha256, signer.key);

const check = (files: LogFiles, withKey = verifierKey) =>
  verifyLog({ read: readerOf(files), verifierKey: withKey, sha256, verify });

/** The checkpoint that an auditor would have kept of these entries at a size. */
function checkpointAt(entries: readonly Uint8Array[], size: number) {
  const root = rootOf(
    sha256,
    entries.slice(0, size).map((entry) => leafHash(sha256, entry)),
  );
  return { origin: signer.key.name, size, root };
}

describe('a published log', () => {
  it.each([0, 1, 2, 255, 256, 257, 600, 65_537])('of %i entries verifies', async (size) => {
    expect(await check(publish(entriesOf(size), signer))).toMatchObject({ ok: true, value: { size } });
  });

  it('does not verify once any bit of any file is changed, or a file is gone', async () => {
    const files = publish(entriesOf(300), signer);
    for (const [path, bytes] of files) {
      for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
        const changed = flipBit(bytes, at * 8);
        expect([path, at, (await check(new Map(files).set(path, changed))).ok]).toEqual([path, at, false]);
      }
      const without = new Map(files);
      without.delete(path);
      expect([path, (await check(without)).ok]).toEqual([path, false]);
    }
  });

  it('does not verify with another key or under another origin', async () => {
    const files = publish(entriesOf(3), signer);
    const other = formatVerifierKey(sha256, { ...signer.key, publicKey: new Uint8Array(32).fill(7) });
    expect(await check(files, other)).toEqual({ ok: false, reason: { reason: 'note-not-signed' } });
    const renamed = formatCheckpoint({ origin: 'other', size: 3, root: new Uint8Array(32) });
    expect(await check(new Map(files).set('checkpoint', utf8(signNote(renamed, signer))))).toEqual({
      ok: false,
      reason: { reason: 'other-origin' },
    });
  });
});

describe('a log against a checkpoint that was kept', () => {
  const entries = entriesOf(900);
  const log = publish(entries, signer);
  const checkFrom = (
    files: LogFiles,
    trusted: ReturnType<typeof checkpointAt>,
    onEntry?: (_: Uint8Array, at: number) => void,
  ) => verifyLog({ read: readerOf(files), verifierKey, sha256, verify, trusted, ...(onEntry && { onEntry }) });

  it.each([0, 1, 255, 256, 257, 511, 512, 700, 768, 899, 900])(
    'verifies from size %i, and shows what is new',
    async (size) => {
      const seen: number[] = [];
      const result = await checkFrom(log, checkpointAt(entries, size), (_, at) => seen.push(at));
      expect(result).toMatchObject({ ok: true, value: { size: 900 } });
      expect(seen).toEqual(Array.from({ length: 900 - size }, (_, at) => size + at));
    },
  );

  it('reads no bundle that was full before', async () => {
    const read: string[] = [];
    const reader = readerOf(log);
    const trusted = checkpointAt(entries, 700);
    const trace = (path: string) => {
      read.push(path);
      return reader(path);
    };
    expect((await verifyLog({ read: trace, verifierKey, sha256, verify, trusted })).ok).toBe(true);
    expect(read.filter((path) => path.startsWith('tile/entries/'))).toEqual([
      'tile/entries/002',
      'tile/entries/003.p/132',
    ]);
  });

  it('finds a history rewritten with the real key, wherever the change is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(899), fc.integer({ min: 1, max: 900 }), async (changed, size) => {
        const rewritten = entries.map((entry, at) => (at === changed ? utf8('never happened') : entry));
        const files = publish(rewritten, signer);
        expect((await check(files)).ok).toBe(true);
        const result = await checkFrom(files, checkpointAt(entries, size));
        expect(result).toEqual(
          changed < size ? { ok: false, reason: { reason: 'not-consistent' } } : expect.objectContaining({ ok: true }),
        );
      }),
      { numRuns: 25 },
    );
  });

  it('finds that an older state was put back', async () => {
    const older = publish(entries.slice(0, 600), signer);
    expect((await check(older)).ok).toBe(true);
    expect(await checkFrom(older, checkpointAt(entries, 601))).toEqual({
      ok: false,
      reason: { reason: 'older-than-trusted' },
    });
  });

  it('finds a changed bit in every file that is new since then', async () => {
    for (const path of [
      'tile/entries/002',
      'tile/entries/003.p/132',
      'tile/0/002',
      'tile/0/003.p/132',
      'tile/1/000.p/3',
    ]) {
      const bytes = log.get(path) ?? new Uint8Array(0);
      for (const at of [0, bytes.length - 1]) {
        const result = await checkFrom(
          new Map(log).set(path, flipBit(bytes, at * 8)),
          checkpointAt(entries, 2 * tileWidth + 10),
        );
        expect([path, at, result.ok]).toEqual([path, at, false]);
      }
    }
  });

  it('of another origin is not compared', async () => {
    expect(await checkFrom(log, { ...checkpointAt(entries, 10), origin: 'other' })).toEqual({
      ok: false,
      reason: { reason: 'other-origin' },
    });
  });
});

describe('in words', () => {
  it('each flaw says what is wrong', () => {
    const reasons = [
      'note-malformed',
      'note-not-signed',
      'note-bad-signature',
      'verifier-key',
      'checkpoint-missing',
      'checkpoint-malformed',
      'other-origin',
      'older-than-trusted',
      'not-consistent',
      'root',
    ] as const;
    const texts = [
      ...reasons.map((reason) => describeLogFlaw({ reason })),
      describeLogFlaw({ reason: 'no-such-entry', size: 3 }),
      ...(['file-missing', 'file-malformed', 'file-differs'] as const).map((reason) =>
        describeLogFlaw({ reason, path: 'tile/0/000' }),
      ),
    ];
    for (const text of texts) expect(text).toMatch(/^[a-z`][^\n]*[^.\n]$/);
    const checkpoint = parseCheckpoint(`a/b\n1\n${'A'.repeat(43)}=\n`);
    expect(checkpoint && describeCheckpoint(checkpoint)).toBe(`a/b at 1 entries, root ${'A'.repeat(43)}=`);
  });
});
