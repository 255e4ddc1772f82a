import { createPublicKey, generateKeyPairSync, hash, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import type { Sign, Verify } from '../note.ts';
import type { NoteKey } from '../note-keys.ts';

export const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

export const verify: Verify = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verifyBytes(null, message, key, signature);
};

/** A new key of this name, with all that signing takes. */
export function makeSigner(name: string): {
  readonly key: NoteKey;
  readonly sign: Sign;
  readonly sha256: typeof sha256;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = publicKey.export({ format: 'jwk' }).x ?? '';
  const key = { name, publicKey: Uint8Array.from(Buffer.from(x, 'base64url')) };
  return { key, sign: (message) => signBytes(null, message, privateKey), sha256 };
}
