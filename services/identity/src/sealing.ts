import { createCipheriv, createDecipheriv, createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import { fromBase64Url, toBase64Url } from '@modelward/basics';
import type { RandomBytes } from './secrets.ts';

const nonceBytes = 12;
const tagBytes = 16;

type Deps = { readonly key: Uint8Array | KeyObject; readonly randomBytes: RandomBytes };

/**
 * Keeps what has to be read again (the seed of an authenticator app) unreadable in the database: AES-256-GCM, bound to whose it is,
 * so that a row copied to another account opens nothing. And marks challenges as ours, so that nothing is stored for them.
 */
export function createSealing({ key, randomBytes }: Deps) {
  const sealingKey = derive(key, 'modelward identity sealing');
  const markingKey = derive(key, 'modelward identity marking');
  return {
    seal: (text: string, owner: string): string => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(Buffer.from(owner));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return toBase64Url(Buffer.concat([nonce, sealed, cipher.getAuthTag()]));
    },
    /** Throws on what was not sealed here for this owner: the key is not the one that the rows were written with. */
    open: (sealed: string, owner: string): string => {
      const bytes = fromBase64Url(sealed);
      if (bytes === undefined) throw new Error('a sealed value is not base64url');
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, nonceBytes));
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-tagBytes));
      return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
    mark: (text: string): Uint8Array => markOf(text, markingKey),
    isMarked: (text: string, mark: Uint8Array): boolean =>
      mark.length === tagBytes && timingSafeEqual(markOf(text, markingKey), mark),
  };
}

export type Sealing = ReturnType<typeof createSealing>;

function markOf(text: string, key: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(text).digest().subarray(0, tagBytes);
}

function derive(key: Uint8Array | KeyObject, use: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), use, 32));
}
