import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/* What a file system must be told so that a power cut takes nothing back. */

/** Makes a folder and those above it, each one's name synced in the folder above: a file in a lost folder is lost. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes durable what a file holds, also what another process wrote to it and did not live to sync. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** No space, a quota, or a limit on the length of files. */
const fullCodes: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

export function isDiskFull(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && fullCodes.has(String(fault.code));
}

export function isMissing(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && fault.code === 'ENOENT';
}
