import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';

/** As long as the offset of any list that there is: a place far down must not be told by the length of its token. */
const blockCharacters = 64;

/** Seals page tokens for their way through the client: AES-256-GCM, the nonce first, then the tag (NIST SP 800-38D). */
export function createSeal(key: Uint8Array) {
  const secret = createSecretKey(key);
  const seal = (text: string): string => {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', secret, nonce);
    const sealed = Buffer.concat([cipher.update(padded(text), 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  };
  const open = (sealed: string): string | undefined => {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < 28 || sealed.length > 4096) return undefined;
    try {
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return unpadded(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'));
    } catch {
      return undefined;
    }
  };
  return { seal, open };
}

function padded(text: string): string {
  const length = Math.ceil((text.length + 1) / blockCharacters) * blockCharacters;
  return `${text}\n`.padEnd(length);
}

function unpadded(text: string): string {
  return text.slice(0, text.lastIndexOf('\n'));
}
