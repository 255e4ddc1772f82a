import { limits } from '../limits.ts';

/** Lower case ASCII alone: no two names look the same and are not. */
export function isAccountName(text: string): boolean {
  return /^[a-z][a-z0-9._-]{1,62}$/.test(text);
}

export function isEmail(text: string): boolean {
  return text.length <= limits.emailCharacters && /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]+$/u.test(text);
}
