import type { AuditEntry } from '@modelward/contract';
import { leafHash } from '@modelward/merkle';
import { sha256 } from '../crypto.ts';
import { ocsfOf } from './ocsf.ts';

export const exportFormats = ['ocsf', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

type Leaf = { readonly bytes: Uint8Array; readonly index: number };

/** One entry as one line of JSON: with its index and leaf hash it can be proven against the log. */
export function exportRow(
  { bytes, index }: Leaf,
  { origin, format }: { origin: string; format: ExportFormat },
): string {
  const entry = JSON.parse(new TextDecoder().decode(bytes)) as AuditEntry;
  const hash = Buffer.from(leafHash(sha256, bytes)).toString('base64');
  const row = format === 'ocsf' ? ocsfOf(entry, { origin, index, leafHash: hash }) : { index, leafHash: hash, entry };
  // JSON leaves some characters as they are that end a line for some readers, or that a terminal obeys.
  return JSON.stringify(row).replaceAll(/[\p{Cc}\u2028\u2029]/gu, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
