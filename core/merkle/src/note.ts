import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromUtf8,
  ok,
  type Result,
  refused,
  toBase64,
  toHex,
  utf8,
} from '@modelward/basics';
import type { Sha256 } from './hashing.ts';

/*
 * C2SP signed-note v1.0.0: a text and signature lines of named keys. Ed25519 (type 01) is signed and verified by functions
 * that are handed in.
 */

const ed25519 = 1;
const mostSignatures = 64;

/** A key that signs: its name, the 32 bytes of its public half, and who can verify with it. */
export type NoteKey = { readonly name: string; readonly publicKey: Uint8Array };
export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
export type Sign = (message: Uint8Array) => Uint8Array;

export type NoteFlaw = 'note-malformed' | 'note-not-signed' | 'note-bad-signature';

function keyIdOf(sha256: Sha256, { name, publicKey }: NoteKey): Uint8Array {
  return sha256(concatBytes(utf8(name), Uint8Array.of(0x0a, ed25519), publicKey)).slice(0, 4);
}

/** `name+hex(key id)+base64(type || key)`: how a public key is handed to auditors. */
export function formatVerifierKey(sha256: Sha256, key: NoteKey): string {
  return `${key.name}+${toHex(keyIdOf(sha256, key))}+${toBase64(concatBytes(Uint8Array.of(ed25519), key.publicKey))}`;
}

export function parseVerifierKey(sha256: Sha256, text: string): NoteKey | undefined {
  const [name = '', id, encoded = '', ...more] = text.trim().split('+');
  // Base64 may itself hold `+`: what is left belongs to it.
  const bytes = fromBase64([encoded, ...more].join('+'));
  if (!isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ed25519) return undefined;
  const key = { name, publicKey: bytes.subarray(1) };
  return toHex(keyIdOf(sha256, key)) === id ? key : undefined;
}

export function isKeyName(name: string): boolean {
  return name !== '' && name.length <= 255 && !/[\s+\p{Cc}]/u.test(name);
}

/** The text (which ends with a newline) with one signature line below. */
export function signNote(text: string, { key, sign, sha256 }: { key: NoteKey; sign: Sign; sha256: Sha256 }): string {
  const signature = concatBytes(keyIdOf(sha256, key), sign(utf8(text)));
  return `${text}\n\u2014 ${key.name} ${toBase64(signature)}\n`;
}

type Opening = { readonly key: NoteKey; readonly verify: Verify; readonly sha256: Sha256 };

/** The text of a note that this key signed. Unknown signers are ignored; a bad signature of the known one refuses the note. */
export function openNote(note: Uint8Array, { key, verify, sha256 }: Opening): Result<string, NoteFlaw> {
  const whole = fromUtf8(note);
  const split = whole?.lastIndexOf('\n\n') ?? -1;
  if (whole === undefined || split < 0 || !whole.endsWith('\n') || /[^\n\P{Cc}]/u.test(whole))
    return refused('note-malformed');
  const text = whole.slice(0, split + 1);
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > mostSignatures) return refused('note-malformed');
  const id = keyIdOf(sha256, key);
  let signed = false;
  for (const line of lines) {
    const [dash, name, encoded = '', ...more] = line.split(' ');
    const bytes = fromBase64(encoded);
    if (
      dash !== '\u2014' ||
      name === undefined ||
      !isKeyName(name) ||
      more.length > 0 ||
      bytes === undefined ||
      bytes.length < 5
    ) {
      return refused('note-malformed');
    }
    if (name !== key.name || !equalBytes(bytes.subarray(0, 4), id)) continue;
    if (!verify(key.publicKey, utf8(text), bytes.subarray(4))) return refused('note-bad-signature');
    signed = true;
  }
  return signed ? ok(text) : refused('note-not-signed');
}
