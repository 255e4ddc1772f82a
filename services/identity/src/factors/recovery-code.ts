import { limits } from '../limits.ts';
import { hashSecret, type RandomBytes } from '../secrets.ts';

/** Crockford's: nothing in it is taken for something else by whoever copies it from paper. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const characters = 25;
const looksLike: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' };

/** Codes of 125 random bits, in groups of five. So many bits need no slow hash (ASVS 6.5.2 asks for one below 112). */
export function newRecoveryCodes(randomBytes: RandomBytes): readonly string[] {
  return Array.from({ length: limits.factors.recoveryCodes }, () => {
    const code = Array.from(randomBytes(characters), (byte) => alphabet[byte & 31]).join('');
    return code.replaceAll(/(.{5})(?!$)/g, '$1-');
  });
}

/** Of what somebody typed, however they grouped it; undefined when it cannot be a code. */
export function hashOfRecoveryCode(typed: string): string | undefined {
  const plain = typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll(/[oil]/g, (character) => looksLike[character] ?? '');
  return plain.length === characters && /^[0-9a-hjkmnp-tv-z]+$/.test(plain) ? hashSecret(plain) : undefined;
}
