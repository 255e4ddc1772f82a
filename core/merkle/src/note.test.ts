import { concatBytes, toBase64, utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { formatVerifierKey, openNote, openParsed, parseNote, parseVerifierKey, signNote } from './note.ts';
import { makeSigner, sha256, verify } from './testing/ed25519.ts';
import { flipBit } from './testing/published-log.ts';

const signer = makeSigner('modelward/test');
const { key } = signer;
const open = (note: string | Uint8Array, name = key.name) =>
  openNote(typeof note === 'string' ? utf8(note) : note, { key: { ...key, name }, verify, sha256 });
const signed = signNote('a text\nof lines\n', signer);
const malformed = { ok: false, reason: 'note-malformed' };

/** A line of a signer that nobody here knows. */
const stranger = `\u2014 somebody/else ${toBase64(new Uint8Array(68).fill(9))}\n`;

describe('a verifier key', () => {
  it('is the one of the standard', () => {
    const text = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
    const parsed = parseVerifierKey(sha256, text);
    expect(parsed?.name).toBe('example.com/foo');
    expect(parsed && formatVerifierKey(sha256, parsed)).toBe(text);
  });

  it.each([
    ['another id', (text: string) => text.replace(/\+[0-9a-f]{8}\+/, '+00000000+')],
    ['another name', (text: string) => `x${text}`],
    ['no name', (text: string) => text.slice(text.indexOf('+'))],
    ['a space in its name', (text: string) => ` a b${text.slice(text.indexOf('+'))}`],
    ['a byte less', (text: string) => text.slice(0, -4)],
    ['nothing but a name', (text: string) => text.split('+')[0] ?? ''],
  ])('with %s is none', (_, change) => {
    expect(parseVerifierKey(sha256, change(formatVerifierKey(sha256, key)))).toBeUndefined();
  });
});

describe('a note', () => {
  it('comes back as it was signed, whatever lines it has', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/\p{Cc}|\p{Cs}/gu, ''));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        expect(open(signNote(text, signer))).toEqual({ ok: true, value: text });
      }),
    );
  });

  it('does not open when any one bit differs', () => {
    const note = utf8(signed);
    fc.assert(
      fc.property(fc.nat(note.length * 8 - 1), (bit) => {
        expect(open(flipBit(note, bit)).ok).toBe(false);
      }),
    );
  });

  it('is not signed when only strangers have, also under the known name or the known id', () => {
    expect(open(`a text\n\n${stranger}`)).toEqual({ ok: false, reason: 'note-not-signed' });
    expect(open(signed, 'another/name')).toEqual({ ok: false, reason: 'note-not-signed' });
    const namesake = signNote('a text\n', makeSigner(key.name));
    expect(open(namesake)).toEqual({ ok: false, reason: 'note-not-signed' });
  });

  it('opens among strangers, however many up to sixty-four, and is refused beyond', () => {
    expect(open(signed + stranger.repeat(15))).toEqual({ ok: true, value: 'a text\nof lines\n' });
    expect(open(signed + stranger.repeat(63)).ok).toBe(true);
    expect(open(signed + stranger.repeat(64))).toEqual(malformed);
  });

  it('is refused for one bad signature of the known key, beside a good one', () => {
    const bad = signNote('another text\n', signer).split('\n').at(-2);
    expect(open(`${signed}${bad}\n`)).toEqual({ ok: false, reason: 'note-bad-signature' });
  });

  it('ends its text at the last blank line', () => {
    const text = 'poem\n\n\u2014 not a signature\n\nend\n';
    expect(open(signNote(text, signer))).toEqual({ ok: true, value: text });
  });

  it('opens with any of several keys, and is refused when one of them has signed badly', () => {
    const second = makeSigner('modelward/second');
    const both = parseNote(utf8(signed + (signNote('a text\nof lines\n', second).split('\n\n')[1] ?? '')));
    const keys = [makeSigner('x/y').key, second.key];
    expect(both.ok && openParsed(both.value, { keys, verify, sha256 })).toEqual({
      ok: true,
      value: 'a text\nof lines\n',
    });
    const never = () => false;
    expect(both.ok && openParsed(both.value, { keys, verify: never, sha256 }).ok).toBe(false);
  });

  it.each([
    ['without an end of line', signed.slice(0, -1)],
    ['without a blank line', signed.replace('\n\n', '\n')],
    ['without signatures', 'a text\n\n'],
    ['with an empty line below', `${signed}\n`],
    ['with a carriage return', signed.replace('a text\n', 'a text\r\n')],
    ['with a tab', signed.replace('a text', 'a\ttext')],
    ['with a NUL', signed.replace('a text', 'a\0text')],
    ['with a dash of another kind', signed.replace('\u2014', '-')],
    ['with two spaces', signed.replace('\u2014 ', '\u2014  ')],
    ['with a word more', signed.replace(/\n$/, ' more\n')],
    ['with a signature that is not base64', signed.replace(/=*\n$/, '*\n')],
    ['with a signature of an id alone', `a text\n\n\u2014 ${key.name} ${toBase64(new Uint8Array(4))}\n`],
    ['with a plus in the name', signed.replace('modelward/', 'modelward+')],
    ['of nothing', ''],
  ])('%s is malformed', (_, note) => {
    expect(open(note)).toEqual(malformed);
  });

  it('that is not UTF-8, or endless, is malformed', () => {
    expect(open(concatBytes(Uint8Array.of(0xff), utf8(signed)))).toEqual(malformed);
    expect(open('a'.repeat(600_000) + signed)).toEqual(malformed);
  });
});

describe('a checkpoint', () => {
  const root = `${'A'.repeat(43)}=`;
  it.each([
    ['a leading zero', `a\n01\n${root}\n`],
    ['a sign', `a\n+1\n${root}\n`],
    ['a size past 2^53', `a\n9007199254740993\n${root}\n`],
    ['a short root', 'a\n1\nAAAA\n'],
    ['no root', 'a\n1\n'],
    ['no end of line', `a\n1\n${root}`],
    ['a space in its origin', `a b\n1\n${root}\n`],
    ['no origin', `\n1\n${root}\n`],
  ])('with %s is none', (_, text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  });

  it('may carry lines that are not read', () => {
    expect(parseCheckpoint(`a\n1\n${root}\nan extension\n`)?.size).toBe(1);
  });
});
