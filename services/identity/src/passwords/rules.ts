import { limits } from '../limits.ts';
import { contextWords } from './context-words.ts';
import { normalized } from './hashing.ts';
import { isCommon } from './well-known.ts';

export type PasswordRefusal =
  | 'password-too-short'
  | 'password-too-long'
  /** Half of a character outside the basic plane: no keyboard types it, and its bytes are not its own. */
  | 'password-not-text'
  | 'password-has-name'
  | 'password-has-email'
  | 'password-has-context'
  | 'password-common'
  | 'password-too-simple';

type Owner = {
  readonly name: string;
  readonly email: string | null;
  /** Whether the password opens nothing without a second factor. */
  readonly hasFactor: boolean;
};

/** What NIST SP 800-63B-4 section 3.1.1.2 asks of a password: length, and nothing that is easily guessed. No other rule. */
export function passwordFlaw(password: string, { name, email, hasFactor }: Owner): PasswordRefusal | undefined {
  const { fewestCharactersWithFactor, mostCharacters, mostUnitsGiven } = limits.passwords;
  const fewestCharacters = hasFactor ? fewestCharactersWithFactor : limits.passwords.fewestCharacters;
  if (password.length > mostUnitsGiven) return 'password-too-long';
  if (!password.isWellFormed()) return 'password-not-text';
  const characters = [...normalized(password)];
  if (characters.length < fewestCharacters) return 'password-too-short';
  if (characters.length > mostCharacters) return 'password-too-long';
  const text = normalized(password).toLowerCase();
  if (contains(text, name)) return 'password-has-name';
  if (email !== null && contains(text, email.slice(0, email.lastIndexOf('@')))) return 'password-has-email';
  if (contextWords.some((word) => isMostly(text, word))) return 'password-has-context';
  if (isCommon(text)) return 'password-common';
  return isSimple(text) ? 'password-too-simple' : undefined;
}

/** Whether a word is half of a password or more. In a long one it is one word of many. */
function isMostly(text: string, word: string): boolean {
  return word.length * 2 >= [...text].length && text.replaceAll(/[\s_.-]/g, '').includes(word);
}

function contains(text: string, word: string): boolean {
  return word.length >= limits.passwords.shortestForbiddenWord && text.includes(normalized(word).toLowerCase());
}

/** What fingers type without thinking: one row of keys after the other, letters and digits in their order. */
const orders = [
  'abcdefghijklmnopqrstuvwxyz',
  '1234567890',
  '0123456789',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
];
const runs = orders.flatMap((order) => [order, [...order].reverse().join('')]);

function isSimple(text: string): boolean {
  if (new Set(text).size < limits.passwords.fewestDifferentCharacters) return true;
  if (isRepeated(text)) return true;
  return runs.some((run) => run.repeat(Math.ceil(text.length / run.length) + 1).includes(text));
}

/** Whether a text is a shorter one over and over, as `passwordpassword` is: then it lies in its double before the end. */
function isRepeated(text: string): boolean {
  return (text + text).indexOf(text, 1) < text.length;
}
