import { appendFile, copyFile, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, makeFolder, syncFolder } from '../durable-files.ts';
import type { SealedValue } from './sealed-values.ts';

/*
 * The side store: sealed values by the index of their entry, in files of lines that are only added to. They came through the
 * write-ahead log with their entries, so what a crash adds twice is the same twice.
 */

const entriesInFile = 65_536;

export type StoredValue = SealedValue & { readonly index: number };

const sealedFolder = (folder: string) => join(folder, 'sealed');
const fileOf = (folder: string, index: number) =>
  join(sealedFolder(folder), String(Math.floor(index / entriesInFile)).padStart(10, '0'));

/** One line of the side store, which is also the payload of its frame. */
export function formatStored({ index, subject, field, sealed }: StoredValue): string {
  return `${index} ${subject} ${field} ${sealed.toString('base64')}\n`;
}

function parseStored(line: string): StoredValue | undefined {
  const [index = '', subject = '', field = '', sealed = ''] = line.split(' ');
  if (sealed === '' || !/^\d{1,15}$/.test(index)) return undefined;
  return { index: Number(index), subject, field, sealed: Buffer.from(sealed, 'base64') };
}

/** Durable when it resolves. */
export async function addStored(folder: string, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const byFile = Map.groupBy(lines, (line) => fileOf(folder, Number(line.slice(0, line.indexOf(' ')))));
  await makeFolder(sealedFolder(folder));
  for (const [file, own] of byFile) {
    await appendFile(file, own.join(''), { mode: 0o600 });
    const handle = await open(file, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  await syncFolder(sealedFolder(folder));
}

/** All of it, as it is now, to another log's folder. */
export async function copyStored(from: string, to: string): Promise<void> {
  const names = await readdir(sealedFolder(from)).catch((fault) => {
    if (isMissing(fault)) return [];
    throw fault;
  });
  await makeFolder(sealedFolder(to));
  for (const name of names) await copyFile(join(sealedFolder(from), name), join(sealedFolder(to), name));
}

/** The sealed values of one entry. */
export async function readStored(folder: string, index: number): Promise<readonly StoredValue[]> {
  const text = await readFile(fileOf(folder, index), 'utf8').catch((fault) => {
    if (isMissing(fault)) return '';
    throw fault;
  });
  const own = text.split('\n').filter((line) => line.startsWith(`${index} `));
  return [...new Set(own)].flatMap((line) => parseStored(line) ?? []);
}
