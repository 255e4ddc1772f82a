import { concatBytes, fromUtf8, utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosign } from './cosignature.ts';
import { formatVerifierKey } from './note.ts';
import { proveEntry } from './prove.ts';
import { makeSigner, sha256, verify } from './testing/ed25519.ts';
import { entriesOf, flipBit, publish, readerOf } from './testing/published-log.ts';
import { describeTlogProofFlaw, formatTlogProof, parseTlogProof, verifyTlogProof } from './tlog-proof.ts';

const log = makeSigner('modelward/test');
const witness = makeSigner('witness.example/w1');
const entries = entriesOf(700);
const files = publish(entries, log);
const trust = { verifierKey: formatVerifierKey(sha256, log.key), sha256, verify };
const note = files.get('checkpoint') ?? new Uint8Array(0);
const textOf = (bytes: Uint8Array) => (fromUtf8(bytes) ?? '').split('\n\n')[0] ?? '';

async function prove(index: number, checkpoint = note) {
  const proven = await proveEntry({ ...trust, read: readerOf(files), index, checkpoint });
  if (!proven.ok) throw new Error(proven.reason.reason);
  return proven.value;
}

describe('a tlog-proof file', () => {
  it('of any entry verifies offline, with the entry and the key alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(699), async (index) => {
        const { entry, proof } = await prove(index);
        expect(entry).toEqual(entries[index]);
        expect(verifyTlogProof({ ...trust, file: proof, entry })).toMatchObject({
          ok: true,
          value: { index, checkpoint: { size: 700 }, cosignatures: [] },
        });
      }),
      { numRuns: 30 },
    );
  });

  it('has the lines of the standard', async () => {
    const { proof } = await prove(3);
    const [head = '', ...rest] = (fromUtf8(proof) ?? '').split('\n\n');
    expect(head.split('\n').slice(0, 2)).toEqual(['c2sp.org/tlog-proof@v1', 'index 3']);
    expect(head.split('\n').slice(2)).toHaveLength(10);
    expect(rest.join('\n\n')).toBe(fromUtf8(note));
  });

  it('does not verify with any one bit different, in the file or in the entry', async () => {
    const { entry, proof } = await prove(321);
    fc.assert(
      fc.property(fc.nat(proof.length * 8 - 1), fc.nat(entry.length * 8 - 1), (bit, entryBit) => {
        expect(verifyTlogProof({ ...trust, file: flipBit(proof, bit), entry }).ok).toBe(false);
        expect(verifyTlogProof({ ...trust, file: proof, entry: flipBit(entry, entryBit) }).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('says which of the known witnesses stand behind it', async () => {
    const cosigned = concatBytes(note, utf8(cosign(`${textOf(note)}\n`, 1_700_000_000, witness)));
    const { entry, proof } = await prove(5, cosigned);
    const witnesses = [makeSigner('x/y').key, witness.key];
    expect(verifyTlogProof({ ...trust, file: proof, entry, witnesses })).toMatchObject({
      ok: true,
      value: { cosignatures: [{ witness: witness.key, timeSeconds: 1_700_000_000 }] },
    });
    expect(verifyTlogProof({ ...trust, file: proof, entry })).toMatchObject({ ok: true, value: { cosignatures: [] } });
  });

  it('of a known witness with a bad cosignature is refused whole', async () => {
    const forged = concatBytes(note, utf8(cosign('another text\n', 1_700_000_000, witness)));
    const { entry, proof } = await prove(5, forged);
    expect(verifyTlogProof({ ...trust, file: proof, entry, witnesses: [witness.key] })).toEqual({
      ok: false,
      reason: { reason: 'note-bad-signature' },
    });
  });

  it('of another log, or of another entry, says so', async () => {
    const { entry, proof } = await prove(5);
    const verifierKey = formatVerifierKey(sha256, makeSigner(log.key.name).key);
    const flaws = [
      verifyTlogProof({ ...trust, verifierKey, file: proof, entry }),
      verifyTlogProof({ ...trust, file: proof, entry: utf8('another entry') }),
      verifyTlogProof({ ...trust, file: utf8('hello'), entry }),
    ];
    expect(flaws.map((flaw) => !flaw.ok && describeTlogProofFlaw(flaw.reason))).toEqual([
      'the checkpoint is not signed by this key',
      'the proof does not lead from this entry to the root that the checkpoint signs: one of them was changed',
      'the proof is not of the form `c2sp.org/tlog-proof@v1`',
    ]);
  });

  it('comes back as it was written, with what it carries along', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const extra = fc.option(fc.uint8Array({ maxLength: 90 }), { nil: undefined });
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), extra, (index, hashes, carried) => {
        const proof = { index, hashes, checkpoint: note, ...(carried && { extra: carried }) };
        const parsed = parseTlogProof(formatTlogProof(proof));
        expect(parsed).toEqual({
          ...proof,
          checkpoint: Uint8Array.from(note),
          hashes: hashes.map((one) => Uint8Array.from(one)),
        });
      }),
    );
  });

  const good = `c2sp.org/tlog-proof@v1\nindex 0\n${'A'.repeat(43)}=\n\n`;
  it.each([
    ['another version', good.replace('@v1', '@v2')],
    ['no index', good.replace('index 0\n', '')],
    ['a leading zero', good.replace('index 0', 'index 01')],
    ['a negative index', good.replace('index 0', 'index -1')],
    ['an index past 2^53', good.replace('index 0', 'index 9007199254740993')],
    ['a short hash', good.replace('AAAA', '')],
    ['a hash that is not base64', good.replace('AAAA', '****')],
    ['extra data that is not base64', good.replace('index', 'extra *\nindex')],
    ['extra data twice', good.replace('index', 'extra AA==\nextra AA==\nindex')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['no blank line', good.trimEnd()],
    ['64 hashes', good.replace(/A+=\n/, (line) => line.repeat(64))],
    ['nothing', ''],
  ])('with %s is malformed', (_, text) => {
    expect(parseTlogProof(utf8(good))?.hashes).toHaveLength(1);
    expect(parseTlogProof(utf8(text))).toBeUndefined();
  });
});

describe('a damaged log', () => {
  it('makes no proof, and the file is named', async () => {
    // Entry 300 is the 45th of its bundle, and its neighbour's hash the 46th of its tile.
    for (const [path, bit] of [
      ['tile/0/001', 45 * 32 * 8],
      ['tile/entries/001', (44 * 11 + 5) * 8],
      ['tile/1/000.p/2', 0],
    ] as const) {
      const changed = new Map(files).set(path, flipBit(files.get(path) ?? note, bit));
      const result = await proveEntry({ ...trust, read: readerOf(changed), index: 300, checkpoint: note });
      expect([path, result.ok]).toEqual([path, false]);
    }
    const cut = new Map(files);
    cut.delete('tile/entries/001');
    expect(await proveEntry({ ...trust, read: readerOf(cut), index: 300, checkpoint: note })).toEqual({
      ok: false,
      reason: { reason: 'file-missing', path: 'tile/entries/001' },
    });
  });

  it('has no entry beyond its size', async () => {
    const beyond = await proveEntry({ ...trust, read: readerOf(files), index: 700, checkpoint: note });
    expect(beyond).toEqual({ ok: false, reason: { reason: 'no-such-entry', size: 700 } });
  });
});
