import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passwordFlaw } from './rules.ts';

const owner = { name: 'adalovelace', email: 'countess@example.org', hasFactor: false };

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
    ['password-has-context', 'passwordpassword'],
    ['password-too-simple', 'kettle4kettle4kettle4'],
    ['password-too-simple', '123456789012345'],
    ['password-too-simple', '987654321098765'],
    ['password-too-simple', 'abcdefghijklmnop'],
    ['password-too-simple', 'QWERTYUIOPASDFGH'],
    ['password-too-simple', 'zyxwvutsrqponmlk'],
    ['password-has-context', 'ModelWard for us'],
    ['password-has-context', 'my mod-el-ward 123'],
    ['password-common', 'Mailcreated5240'],
  ] as const)('is refused for %s: %j', (reason, password) => expect(passwordFlaw(password, owner)).toBe(reason));

  it.each(['seven kettles', 'x1!x2!x3', '雨が降る日は本を', 'correct4horse'])(
    'may be `%s` beside a second factor',
    (password) => {
      expect(passwordFlaw(password, owner)).toBe('password-too-short');
      expect(passwordFlaw(password, { ...owner, hasFactor: true })).toBeUndefined();
    },
  );

  it.each([
    ['password-too-short', 'seven k'],
    ['password-common', 'sunshine'],
    ['password-common', 'Liverpool1!'],
    ['password-common', '12football'],
    ['password-has-context', 'mlflow-2026'],
    ['password-has-context', 'P.assword99'],
    ['password-too-simple', 'abcdefgh'],
  ] as const)('is refused for %s also beside a second factor: %j', (reason, password) => {
    expect(passwordFlaw(password, { ...owner, hasFactor: true })).toBe(reason);
  });

  it('may contain a name so short that it is a part of words', () => {
    expect(passwordFlaw('seven green kettles sing', { ...owner, name: 'en', email: 'le@example.org' })).toBeUndefined();
  });

  it('is never good when it is a shorter one over and over', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), fc.integer({ min: 2, max: 8 }), (unit, times) => {
        expect(passwordFlaw(unit.repeat(times), { name: 'nobody', email: null, hasFactor: false })).toBeDefined();
      }),
    );
  });
});
