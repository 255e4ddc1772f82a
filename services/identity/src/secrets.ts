import { createHash } from 'node:crypto';
import { toBase64Url } from '@modelward/basics';

export type SecretPrefix = 'mw_pat' | 'mw_ses' | 'mw_enr' | 'mw_stp';
type IdPrefix = 'acc' | 'grp' | 'tok' | 'ses' | 'enr' | 'pky' | 'ntc';

export type RandomBytes = (length: number) => Uint8Array;

/** Ids of 128 random bits and secrets of 256. */
export function createSecrets(randomBytes: RandomBytes) {
  return {
    newId: (prefix: IdPrefix) => `${prefix}_${toBase64Url(randomBytes(16))}`,
    newSecret: (prefix: SecretPrefix) => `${prefix}_${toBase64Url(randomBytes(32))}`,
  };
}

export type Secrets = ReturnType<typeof createSecrets>;

/** Whether a text could be a secret of this kind at all: what could not is refused without asking the database. */
export function isSecret(text: string, prefix: SecretPrefix): boolean {
  return text.startsWith(`${prefix}_`) && /^[\w-]{43}$/.test(text.slice(prefix.length + 1));
}

/**
 * All that is stored of a secret. 256 random bits need no salt and no slow hash; and a row is looked up by this, so that
 * the time of the comparison tells something about the hash of a guess only, which says nothing about any secret.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
