import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passwordFlaw } from './rules.ts';

const owner = { name: 'adalovelace', email: 'countess@example.org' };

describe('a password', () => {
  it.each([
    'seven green kettles sing',
    'a long enough passphrase for tests',
    'кошка спит на окне дома',
    '雨が降る日は本を読みお茶を飲む。猫も',
    'x1!x2!x3!x4!x5!',
    '🐈🐕🐎🐖🐑🐈🐕🐎🐖🐑🐈🐕🐎🐖🐇',
    'Zq8)'.padEnd(256, 'plenty of words '),
  ])('may be `%s`', (password) => expect(passwordFlaw(password, owner)).toBeUndefined());

  it.each([
    ['password-too-short', ''],
    ['password-too-short', 'fourteen chars'],
    ['password-too-short', '🐈🐕🐎🐖🐑🐈🐕🐎🐖🐑'],
    // Two keys each, and one character once it is composed.
    ['password-too-short', 'e\u0301'.repeat(14)],
    ['password-too-long', 'plenty of words '.repeat(16).concat('!')],
    ['password-too-long', 'x'.repeat(1_000_000)],
    ['password-not-text', 'half a cat \ud83d and more'],
    ['password-has-name', 'my AdaLovelace password'],
    ['password-has-name', 'ｆｕｌｌ ａｄａｌｏｖｅｌａｃｅ width'],
    ['password-has-email', 'the Countess of somewhere'],
    ['password-too-simple', 'aaaaaaaaaaaaaaaaaaaa'],
    ['password-too-simple', 'abababababababab'],
    ['password-too-simple', 'passwordpassword'],
    ['password-too-simple', '123456789012345'],
    ['password-too-simple', '987654321098765'],
    ['password-too-simple', 'abcdefghijklmnop'],
    ['password-too-simple', 'QWERTYUIOPASDFGH'],
    ['password-too-simple', 'zyxwvutsrqponmlk'],
  ] as const)('is refused for %s: %j', (reason, password) => expect(passwordFlaw(password, owner)).toBe(reason));

  it('may contain a name so short that it is a part of words', () => {
    expect(passwordFlaw('seven green kettles sing', { name: 'en', email: 'le@example.org' })).toBeUndefined();
  });

  it('is never good when it is a shorter one over and over', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), fc.integer({ min: 2, max: 8 }), (unit, times) => {
        expect(passwordFlaw(unit.repeat(times), { name: 'nobody', email: null })).toBeDefined();
      }),
    );
  });
});
