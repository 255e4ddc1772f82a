import { concatBytes, ok, type Result, refused, utf8 } from '@modelward/basics';
import type { Sha256 } from './hashing.ts';
import {
  formatSignature,
  type NoteFlaw,
  type ParsedNote,
  parseNote,
  type Sign,
  signaturesOf,
  type Verify,
} from './note.ts';
import { formatKey, keyIdOf, type NoteKey, parseKey, signatureType } from './note-keys.ts';

/*
 * C2SP tlog-cosignature v1.0.1, cosignature/v1 (Ed25519): a witness states that at this time the checkpoint was the largest
 * it had seen of the log, and consistent with all before. The signed message does not name the witness: a witness key serves
 * nothing else.
 */

const timeBytes = 8;

/** Which witness vouches, and when it did. */
export type Cosignature = { readonly witness: NoteKey; readonly timeSeconds: number };

/** How a witness's public key is handed to those who are to believe it. */
export function formatWitnessKey(sha256: Sha256, key: NoteKey): string {
  return formatKey(sha256, key, signatureType.cosignature);
}

export function parseWitnessKey(sha256: Sha256, text: string): NoteKey | undefined {
  return parseKey(sha256, text, signatureType.cosignature);
}

export type Cosigning = { readonly key: NoteKey; readonly sign: Sign; readonly sha256: Sha256 };

/** The signature line of a witness under a checkpoint's text. Whether the checkpoint deserves it, the caller has settled. */
export function cosign(text: string, timeSeconds: number, { key, sign, sha256 }: Cosigning): string {
  const time = new Uint8Array(timeBytes);
  new DataView(time.buffer).setBigUint64(0, BigInt(timeSeconds));
  const signature = concatBytes(time, sign(messageOf(text, timeSeconds)));
  return formatSignature({ name: key.name, keyId: keyIdOf(sha256, key, signatureType.cosignature), signature });
}

type Reading = { readonly witnesses: readonly NoteKey[]; readonly verify: Verify; readonly sha256: Sha256 };

/** The verified cosignatures of these witnesses. Others' are ignored; a bad one of a known witness refuses the note. */
export function readCosignatures(
  note: ParsedNote,
  { witnesses, verify, sha256 }: Reading,
): Result<readonly Cosignature[], NoteFlaw> {
  const found: Cosignature[] = [];
  for (const witness of witnesses) {
    const keyId = keyIdOf(sha256, witness, signatureType.cosignature);
    for (const { signature } of signaturesOf(note, { name: witness.name, keyId })) {
      const timeSeconds = readTime(signature);
      if (timeSeconds === undefined) return refused('note-bad-signature');
      const message = messageOf(note.text, timeSeconds);
      if (!verify(witness.publicKey, message, signature.subarray(timeBytes))) return refused('note-bad-signature');
      found.push({ witness, timeSeconds });
    }
  }
  return ok(found);
}

/** The note with the lines of a witness's answer that these witnesses really signed; everything else in it is dropped. */
export function addCosignatures(note: Uint8Array, answer: Uint8Array, reading: Reading): Result<Uint8Array, NoteFlaw> {
  const before = parseNote(note);
  if (!before.ok) return before;
  const after = parseNote(concatBytes(note, answer));
  if (!after.ok || after.value.text !== before.value.text) return refused('note-malformed');
  const signatures = after.value.signatures.slice(before.value.signatures.length);
  const ours = reading.witnesses.flatMap((witness) => {
    const keyId = keyIdOf(reading.sha256, witness, signatureType.cosignature);
    return signaturesOf({ text: after.value.text, signatures }, { name: witness.name, keyId });
  });
  const checked = readCosignatures({ text: after.value.text, signatures: ours }, reading);
  if (!checked.ok) return checked;
  if (ours.length === 0) return refused('note-not-signed');
  return ok(concatBytes(note, utf8(ours.map(formatSignature).join(''))));
}

function messageOf(text: string, timeSeconds: number): Uint8Array {
  return utf8(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}

/** Seconds since 1970, or undefined when there is no signature behind them or they are past what a number holds exactly. */
function readTime(signature: Uint8Array): number | undefined {
  if (signature.length <= timeBytes) return undefined;
  const time = new DataView(signature.buffer, signature.byteOffset, timeBytes).getBigUint64(0);
  return time <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(time) : undefined;
}
