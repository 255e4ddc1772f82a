import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromBase64, fromBase64Url, fromUtf8, toBase64, toBase64Url, toHex, utf8 } from './bytes.ts';

describe('bytes', () => {
  it('come back from base64 and UTF-8 as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(equalBytes(fromBase64(toBase64(bytes)) ?? utf8('!'), bytes)).toBe(true);
        expect(equalBytes(fromBase64Url(toBase64Url(bytes)) ?? utf8('!'), bytes)).toBe(true);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => fromUtf8(utf8(text)) === text));
  });

  it.each(['A', 'AA', 'AA=A', 'AAA', 'AB==', 'A A=', '-_8='])('have one base64 text: `%s` is none', (text) => {
    expect(fromBase64(text)).toBeUndefined();
  });

  it.each(['A', 'AAAAA', 'AB', 'AA==', 'A+', 'A/AA', 'AA AA'])('have one base64url text: `%s` is none', (text) => {
    expect(fromBase64Url(text)).toBeUndefined();
  });

  it('that are not UTF-8 have no text', () => {
    expect(fromUtf8(Uint8Array.of(0xff))).toBeUndefined();
    expect(fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });
});
