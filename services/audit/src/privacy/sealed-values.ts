import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject, randomBytes } from 'node:crypto';

/*
 * A personal value beside a leaf: sealed with its person's key (AES-256-GCM), and in the leaf only the hash of a salt and the
 * value. With the key gone, the salt is gone, and the hash tells nobody anything: not even whether a guess is right.
 */

const saltBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
/** Names and addresses are short; what is longer is cut, with its end marked. */
const longestValue = 4096;

/** Whose value it is, which one, of which entry. */
export type SealedPlace = { readonly subject: string; readonly field: string };
export type SealedValue = SealedPlace & { readonly sealed: Buffer };
export type Opened = { readonly salt: Buffer; readonly value: string };

/** Random bytes are taken many at a time: one call for each salt and vector would cost more than the sealing. */
function createRandom() {
  let pool = Buffer.alloc(0);
  return (length: number): Buffer => {
    if (pool.length < length) pool = randomBytes(8192);
    const taken = pool.subarray(0, length);
    pool = pool.subarray(length);
    return taken;
  };
}
const random = createRandom();

export function sealValue(place: SealedPlace, text: string, key: KeyObject): SealedValue & { commitment: string } {
  const value = text.length <= longestValue ? text : `${text.slice(0, longestValue).toWellFormed()}…`;
  const salt = random(saltBytes);
  const iv = random(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(contextOf(place));
  const plain = Buffer.concat([salt, Buffer.from(value)]);
  const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { ...place, sealed, commitment: commitTo(place.field, { salt, value }) };
}

/** The value, or undefined when it was sealed with another key, for somebody else, or changed. */
export function openValue({ sealed, ...place }: SealedValue, key: KeyObject): Opened | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes));
    decipher.setAAD(contextOf(place));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    const plain = Buffer.concat([decipher.update(sealed.subarray(ivBytes, -tagBytes)), decipher.final()]);
    return { salt: plain.subarray(0, saltBytes), value: plain.subarray(saltBytes).toString('utf8') };
  } catch {
    return undefined;
  }
}

/** What stands in the leaf. The field is part of it, so that an address cannot be disclosed as a name. */
export function commitTo(field: string, { salt, value }: Opened): string {
  return hash('sha256', Buffer.concat([salt, Buffer.from(`${field}\0${value}`)]), 'base64url');
}

const wrapContext = 'modelward subject key';

/** The key of a person, sealed with the master key under the person's id. */
export function wrapKey(subject: string, key: KeyObject, master: KeyObject): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', master, iv);
  cipher.setAAD(contextOf({ subject, field: wrapContext }));
  return Buffer.concat([iv, cipher.update(key.export()), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

export function unwrapKey(subject: string, wrapped: string, master: KeyObject): KeyObject {
  const bytes = Buffer.from(wrapped, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, ivBytes));
  decipher.setAAD(contextOf({ subject, field: wrapContext }));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  return createSecretKey(Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]));
}

function contextOf({ subject, field }: SealedPlace): Buffer {
  return Buffer.from(`${subject}\0${field}`);
}
