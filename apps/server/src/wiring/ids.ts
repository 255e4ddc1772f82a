import { randomBytes } from 'node:crypto';

/** A random id of 128 bits with a prefix that tells people what it is of. */
export function newId(prefix: string): string {
  return `${prefix}_${randomBytes(16).toString('base64url')}`;
}
