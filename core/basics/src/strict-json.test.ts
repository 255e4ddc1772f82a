import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { type JsonValue, parseStrictJson } from './strict-json.ts';

describe('strict JSON', () => {
  it('reads every value as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const read = parseStrictJson(text);
        expect(read.ok && JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('refuses any object with a key twice, however the second is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.jsonValue(), (key, value) => {
        const plain = JSON.stringify(key);
        const escaped = `"${[...key].map((letter) => [...letter].map(escapeUnits).join('')).join('')}"`;
        const text = `[{"x":${JSON.stringify(value)},"y":{ ${plain} : 1 , ${escaped}:2}}]`;
        expect(parseStrictJson(text)).toEqual({ ok: false, reason: 'duplicate-key' });
      }),
    );
  });

  it.each([
    ['', 'not-json'],
    ['\uFEFF{}', 'not-json'],
    ['{"a":NaN}', 'not-json'],
    ['{"a":1,}', 'not-json'],
    ['{"a":{"b":1,"b":2}}', 'duplicate-key'],
    ['[{"a":1},{"a":2,"a":3}]', 'duplicate-key'],
    ['['.repeat(65) + ']'.repeat(65), 'too-deep'],
  ])('refuses %j', (text, reason) => {
    expect(parseStrictJson(text)).toEqual({ ok: false, reason });
  });

  it('lets the same key stand in different objects, and strings that look like keys', () => {
    expect(parseStrictJson('[{"a":"a"},{"a":["a","a:",{"a":1}]}]').ok).toBe(true);
  });

  it('reads `__proto__` as a key like any other', () => {
    const read = parseStrictJson('{"__proto__":{"admin":true}}');
    expect(read.ok && (read.value as { admin?: boolean }).admin).toBeUndefined();
  });
});

function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

describe('canonical JSON (RFC 8785)', () => {
  it('is one text for one value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        fc.pre(JSON.stringify(value).isWellFormed() && allWellFormed(value as JsonValue));
        expect(canonicalJson(turned as JsonValue)).toBe(canonicalJson(value as JsonValue));
        expect(JSON.parse(canonicalJson(value as JsonValue))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('sorts by code units, as the example of section 3.2.3 does', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew',
      '1': 'One',
      '\ud83d\ude00': 'Smiley',
      '\u0080': 'Control',
      '\u00f6': 'o',
    };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    const order = ['"\\r"', '"1"', '"\u0080"', '"\u00f6"', '"\u20ac"', '"\ud83d\ude00"', '"\ufb33"'].map((key) =>
      canonicalJson(value).indexOf(key),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('refuses what UTF-8 cannot carry', () => {
    expect(() => canonicalJson('\ud800')).toThrow('surrogate');
    expect(() => canonicalJson(Number.NaN)).toThrow('no place');
  });
});

function allWellFormed(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every(allWellFormed);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => key.isWellFormed() && allWellFormed(member));
}
