import { concatBytes, fromUtf8, utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint } from './checkpoint.ts';
import { addCosignatures, cosign, formatWitnessKey, parseWitnessKey, readCosignatures } from './cosignature.ts';
import { formatVerifierKey, openNote, parseNote, parseVerifierKey, signNote } from './note.ts';
import { makeSigner, sha256, verify } from './testing/ed25519.ts';
import { flipBit } from './testing/published-log.ts';

const log = makeSigner('modelward/test');
const witness = makeSigner('witness.example/w1');
const second = makeSigner('witness.example/w2');
const text = formatCheckpoint({ origin: log.key.name, size: 3, root: new Uint8Array(32).fill(1) });
const note = signNote(text, log);

function read(cosigned: string | Uint8Array, witnesses = [witness.key]) {
  const parsed = parseNote(typeof cosigned === 'string' ? utf8(cosigned) : cosigned);
  return parsed.ok ? readCosignatures(parsed.value, { witnesses, verify, sha256 }) : parsed;
}

describe('a cosignature', () => {
  it('says who vouches since when, at any second that a number holds', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (timeSeconds) => {
        expect(read(note + cosign(text, timeSeconds, witness))).toEqual({
          ok: true,
          value: [{ witness: witness.key, timeSeconds }],
        });
      }),
    );
  });

  it('signs the two lines of the standard and the text', () => {
    const signed: Uint8Array[] = [];
    const sign = (message: Uint8Array) => {
      signed.push(message);
      return new Uint8Array(64);
    };
    cosign(text, 1_679_315_147, { ...witness, sign });
    expect(signed.map(fromUtf8)).toEqual([`cosignature/v1\ntime 1679315147\n${text}`]);
  });

  it('with any one bit different is not believed, nor is anything else on that note', () => {
    const [before, line] = [utf8(note), utf8(cosign(text, 1_700_000_000, witness))];
    fc.assert(
      fc.property(fc.nat(line.length * 8 - 1), (bit) => {
        const result = read(concatBytes(before, flipBit(line, bit)));
        expect(result.ok ? result.value : []).toEqual([]);
      }),
    );
  });

  it('of an unknown witness is ignored, also under a known name', () => {
    const namesake = makeSigner(witness.key.name);
    expect(read(note + cosign(text, 5, second) + cosign(text, 5, namesake))).toEqual({ ok: true, value: [] });
  });

  it('is not a signature of the log, and a signature of the log is no cosignature', () => {
    const cosigned = utf8(`${text}\n${cosign(text, 5, log)}`);
    expect(openNote(cosigned, { key: log.key, verify, sha256 })).toEqual({ ok: false, reason: 'note-not-signed' });
    expect(read(note, [log.key])).toEqual({ ok: true, value: [] });
  });

  it('of a key is read with the witness kind of that key only', () => {
    const asWitness = formatWitnessKey(sha256, witness.key);
    expect(parseWitnessKey(sha256, asWitness)).toEqual(witness.key);
    expect(parseVerifierKey(sha256, asWitness)).toBeUndefined();
    expect(parseWitnessKey(sha256, formatVerifierKey(sha256, witness.key))).toBeUndefined();
  });
});

describe('a witness answer', () => {
  const reading = { witnesses: [witness.key, second.key], verify, sha256 };
  const add = (answer: string) => addCosignatures(utf8(note), utf8(answer), reading);

  it('adds the lines of known witnesses to the checkpoint, and drops all others', () => {
    const [one, two, other] = [witness, second, makeSigner('x/y')].map((each) => cosign(text, 7, each));
    const added = add(`${other}${one}${two}`);
    expect(added.ok && fromUtf8(added.value)).toBe(`${note}${one}${two}`);
    expect(added.ok && read(added.value, reading.witnesses)).toMatchObject({ ok: true, value: [{}, {}] });
  });

  it.each([
    ['with a bad signature', cosign('another text\n', 7, witness), 'note-bad-signature'],
    ['of strangers only', cosign(text, 7, makeSigner('x/y')), 'note-not-signed'],
    ['that is empty', '', 'note-not-signed'],
    ['that is a page of HTML', '<html>\n', 'note-malformed'],
    ['that brings a text of its own', `\nother\n1\n\n${cosign(text, 7, witness)}`, 'note-malformed'],
  ])('%s is refused', (_, answer, reason) => {
    expect(add(answer)).toEqual({ ok: false, reason });
  });
});
