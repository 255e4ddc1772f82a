import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { canonicalJson, type JsonValue } from '@modelward/basics';
import { limits } from './limits.ts';

/** What a page token is for: it is good for this very search of this caller, and for nobody else's. */
type Search = { readonly kind: string; readonly callerId: string; readonly question: unknown };

export type PageTokens = {
  readonly seal: (after: string, search: Search) => string;
  /** Where to go on; undefined for what is not a token of this search, or is too old. */
  readonly open: (token: string, search: Search) => string | undefined;
};

const [ivBytes, tagBytes] = [12, 16];

/** Sealed: where a page ended may be the name of something that whoever asks may not know of. */
export function createPageTokens(key: Uint8Array, nowMs: () => number): PageTokens {
  const seal = (after: string, search: Search): string => {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(boundTo(search));
    const sealed = Buffer.concat([cipher.update(JSON.stringify([nowMs(), after]), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  };
  const open = (token: string, search: Search): string | undefined => {
    const bytes = Buffer.from(token, 'base64url');
    // One spelling for one token: what a decoder passes over is not passed over here.
    if (bytes.length < ivBytes + tagBytes || bytes.toString('base64url') !== token) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
    decipher.setAAD(boundTo(search)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    let text: string;
    try {
      text = decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // Of another search or another key, or not a token at all.
      return undefined;
    }
    const [sealedAtMs, after] = JSON.parse(text) as [number, string];
    return nowMs() - sealedAtMs > limits.pageTokenMs ? undefined : after;
  };
  return { seal, open };
}

function boundTo({ kind, callerId, question }: Search): Buffer {
  const text = canonicalJson([kind, callerId, question] as JsonValue);
  return createHash('sha256').update(text).digest();
}
