import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ok, type Result, refused } from '@modelward/basics';

export type FolderLock = { readonly release: () => void };
/** Who holds a folder, as that process wrote it: for people to read, never for a decision. */
export type Holder = { readonly pid: number; readonly purpose: string; readonly sinceMs: number };

/** A connection that nobody holds is collected, and its lock with it; so the locks of this process are held here. */
const held = new Set<DatabaseSync>();

/**
 * Takes a folder for this process alone. The lock is the operating system's (through an SQLite transaction that is never
 * ended), so that it is gone with the process however that ends, and no stale file ever blocks a start.
 */
export function lockFolder(folder: string, purpose: string, nowMs: number): Result<FolderLock, Holder | undefined> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const connection = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  const holderFile = join(folder, 'holder.json');
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch {
    connection.close();
    return refused(readHolder(holderFile));
  }
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, purpose, sinceMs: nowMs } satisfies Holder), {
    mode: 0o600,
  });
  held.add(connection);
  const release = () => {
    held.delete(connection);
    connection.close();
  };
  return ok({ release });
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
