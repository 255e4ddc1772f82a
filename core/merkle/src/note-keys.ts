import { concatBytes, fromBase64, toBase64, toHex, utf8 } from '@modelward/basics';
import type { Sha256 } from './hashing.ts';

/** A key that signs: its name, the 32 bytes of its public half, and who can verify with it. */
export type NoteKey = { readonly name: string; readonly publicKey: Uint8Array };

/** What kind of signature a key makes (C2SP signed-note, "Signature types"). The kind is part of the key's id. */
export const signatureType = { ed25519: 1, cosignature: 4 } as const;
export type SignatureType = (typeof signatureType)[keyof typeof signatureType];

export const keyIdBytes = 4;
const publicKeyBytes = 32;
const longestKeyName = 255;

export function keyIdOf(sha256: Sha256, { name, publicKey }: NoteKey, type: SignatureType): Uint8Array {
  return sha256(concatBytes(utf8(name), Uint8Array.of(0x0a, type), publicKey)).slice(0, keyIdBytes);
}

/** `name+hex(key id)+base64(type || key)`. */
export function formatKey(sha256: Sha256, key: NoteKey, type: SignatureType): string {
  const encoded = toBase64(concatBytes(Uint8Array.of(type), key.publicKey));
  return `${key.name}+${toHex(keyIdOf(sha256, key, type))}+${encoded}`;
}

export function parseKey(sha256: Sha256, text: string, type: SignatureType): NoteKey | undefined {
  const [name = '', id, encoded = '', ...more] = text.trim().split('+');
  // Base64 may itself hold `+`: what is left belongs to it.
  const bytes = fromBase64([encoded, ...more].join('+'));
  if (!isKeyName(name) || bytes?.length !== 1 + publicKeyBytes || bytes[0] !== type) return undefined;
  const key = { name, publicKey: bytes.subarray(1) };
  return toHex(keyIdOf(sha256, key, type)) === id ? key : undefined;
}

export function isKeyName(name: string): boolean {
  return name !== '' && name.length <= longestKeyName && name.isWellFormed() && !/[\s+\p{Cc}]/u.test(name);
}
