import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Sha256, Sign, Verify } from '@modelward/merkle';

export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer');

export const verifyEd25519: Verify = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, key, signature);
};

export type SigningKey = { readonly publicKey: Uint8Array; readonly sign: Sign };

/** The log's signing key from its file, made at the first start. `mayMake` is false once a log exists that it must have signed. */
export function loadSigningKey(file: string, { mayMake }: { mayMake: boolean }): SigningKey {
  const pem = readIfThere(file);
  if (pem === undefined && !mayMake) {
    throw new Error(
      `the log exists and its signing key \`${file}\` does not; put the key back from a backup, a new one could not go on`,
    );
  }
  const key = pem === undefined ? makeSigningKey(file) : readSigningKey(file, pem);
  const x = createPublicKey(key).export({ format: 'jwk' }).x ?? '';
  return { publicKey: Buffer.from(x, 'base64url'), sign: (message) => sign(null, message, key) };
}

function readSigningKey(file: string, pem: Buffer): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // What OpenSSL says of it helps nobody, and may repeat some of it.
  }
  throw new Error(`\`${file}\` does not hold an Ed25519 key; put it back from a backup`);
}

function makeSigningKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519');
  writeSecret(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return privateKey;
}

/** 32 random bytes in a file that only the owner reads, made when it is not there. */
export function loadSecretKey(file: string): KeyObject {
  const there = readIfThere(file);
  if (there !== undefined && there.length !== 32)
    throw new Error(`\`${file}\` does not hold a key of 32 bytes; put it back from a backup`);
  const bytes = there ?? randomBytes(32);
  if (there === undefined) writeSecret(file, bytes);
  return createSecretKey(bytes);
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

/** Whole and durable, or not there: a log that a lost key has signed could never go on. */
function writeSecret(file: string, bytes: string | Uint8Array): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  writeFileSync(partial, bytes, { mode: 0o600, flag: 'wx', flush: true });
  linkSync(partial, file);
  rmSync(partial);
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}
