import { dictionary } from '@zxcvbn-ts/language-common';
import { limits } from '../limits.ts';

/**
 * The 49,233 passwords that leaks hold most often, as zxcvbn-ts ships them (MIT); about 18,000 are long enough to be asked
 * about. Lower case, since a capital letter is the first thing that guessers try as well.
 */
const common = new Set(
  dictionary['passwords-common']
    .filter((text) => text.length >= limits.passwords.fewestCharactersWithFactor)
    .map((text) => text.toLowerCase()),
);

/** Whether a password is one that everybody has, also with a few digits or marks before or behind it. */
export function isCommon(text: string): boolean {
  const plain = text.toLowerCase();
  return common.has(plain) || common.has(plain.replace(/^[\d\W_]{1,4}|[\d\W_]{1,4}$/gu, ''));
}
