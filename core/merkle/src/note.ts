import {
  concatBytes,
  equalBytes,
  fromBase64,
  fromUtf8,
  ok,
  type Result,
  refused,
  toBase64,
  utf8,
} from '@modelward/basics';
import type { Sha256 } from './hashing.ts';
import { formatKey, isKeyName, keyIdBytes, keyIdOf, type NoteKey, parseKey, signatureType } from './note-keys.ts';

/*
 * C2SP signed-note v1.0.0: a text and signature lines of named keys. Ed25519 (type 01) is signed and verified by functions
 * that are handed in.
 */

/** Sixteen must be accepted; post-quantum signatures of others, which are not read here, are up to 5 kB each. */
const mostSignatures = 64;
export const largestNoteBytes = 512 * 1024;

export type Verify = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
export type Sign = (message: Uint8Array) => Uint8Array;

export type NoteFlaw = 'note-malformed' | 'note-not-signed' | 'note-bad-signature';

/** One signature line. The name and the id together say whose it is, and of what kind. */
export type NoteSignature = { readonly name: string; readonly keyId: Uint8Array; readonly signature: Uint8Array };
export type ParsedNote = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** How a log's public key is handed to auditors. */
export function formatVerifierKey(sha256: Sha256, key: NoteKey): string {
  return formatKey(sha256, key, signatureType.ed25519);
}

export function parseVerifierKey(sha256: Sha256, text: string): NoteKey | undefined {
  return parseKey(sha256, text, signatureType.ed25519);
}

/** The text (which ends with a newline) with one signature line below. */
export function signNote(text: string, { key, sign, sha256 }: { key: NoteKey; sign: Sign; sha256: Sha256 }): string {
  const keyId = keyIdOf(sha256, key, signatureType.ed25519);
  return formatNote({ text, signatures: [{ name: key.name, keyId, signature: sign(utf8(text)) }] });
}

export function formatNote({ text, signatures }: ParsedNote): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  return `\u2014 ${name} ${toBase64(concatBytes(keyId, signature))}\n`;
}

/** A note in its parts. Nothing in it is to be believed yet: no signature has been verified. */
export function parseNote(note: Uint8Array): Result<ParsedNote, 'note-malformed'> {
  const whole = note.length > largestNoteBytes ? undefined : fromUtf8(note);
  // Of several blank lines the last one ends the text.
  const split = whole?.lastIndexOf('\n\n') ?? -1;
  if (whole === undefined || split < 0 || !whole.endsWith('\n') || /[^\n\P{Cc}]/u.test(whole))
    return refused('note-malformed');
  const lines = whole.slice(split + 2, -1).split('\n');
  if (lines.length > mostSignatures) return refused('note-malformed');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const signature = parseSignature(line);
    if (signature === undefined) return refused('note-malformed');
    signatures.push(signature);
  }
  return ok({ text: whole.slice(0, split + 1), signatures });
}

function parseSignature(line: string): NoteSignature | undefined {
  const [dash, name = '', encoded = '', ...more] = line.split(' ');
  const bytes = fromBase64(encoded);
  if (dash !== '\u2014' || !isKeyName(name) || more.length > 0) return undefined;
  if (bytes === undefined || bytes.length <= keyIdBytes) return undefined;
  return { name, keyId: bytes.subarray(0, keyIdBytes), signature: bytes.subarray(keyIdBytes) };
}

/** A signature counts as a key's when name and id are both the key's: either alone may be anybody's. */
export function signaturesOf(
  { signatures }: ParsedNote,
  { name, keyId }: { readonly name: string; readonly keyId: Uint8Array },
): readonly NoteSignature[] {
  return signatures.filter((one) => one.name === name && equalBytes(one.keyId, keyId));
}

type Opening = { readonly keys: readonly NoteKey[]; readonly verify: Verify; readonly sha256: Sha256 };

/** The text of a note that this key signed. Unknown signers are ignored; a bad signature of the known one refuses the note. */
export function openNote(
  note: Uint8Array,
  { key, ...rest }: Omit<Opening, 'keys'> & { readonly key: NoteKey },
): Result<string, NoteFlaw> {
  const parsed = parseNote(note);
  if (!parsed.ok) return parsed;
  return openParsed(parsed.value, { ...rest, keys: [key] });
}

/** The text of a note that at least one of these keys signed, and for none of them badly. */
export function openParsed(note: ParsedNote, opening: Opening): Result<string, NoteFlaw> {
  const signatures = verifySignatures(note, opening);
  return signatures.ok ? ok(note.text) : signatures;
}

/** The signatures of these keys, all verified: at least one, and none of them bad. */
export function verifySignatures(
  note: ParsedNote,
  { keys, verify, sha256 }: Opening,
): Result<readonly NoteSignature[], NoteFlaw> {
  const message = utf8(note.text);
  const verified: NoteSignature[] = [];
  for (const key of keys) {
    const keyId = keyIdOf(sha256, key, signatureType.ed25519);
    for (const one of signaturesOf(note, { name: key.name, keyId })) {
      if (!verify(key.publicKey, message, one.signature)) return refused('note-bad-signature');
      verified.push(one);
    }
  }
  return verified.length > 0 ? ok(verified) : refused('note-not-signed');
}
