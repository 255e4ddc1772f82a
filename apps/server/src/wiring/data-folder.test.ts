import { chmodSync, chownSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@modelward/storage';
import { describe, expect, it } from 'vitest';
import { holdDataFolder, refuseOtherUser } from './data-folder.ts';
import { databaseFile } from './folders.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'modelward-folder-'));

describe('what works on the files', () => {
  it('is for their owner', () => {
    const folder = newFolder();
    expect(() => refuseOtherUser(folder)).not.toThrow();
  });

  it('is refused to everybody else, even to root: what root left there the server could not open', () => {
    // Root may give a folder away; anybody else has the root of all folders, which is not theirs.
    const isRoot = process.getuid?.() === 0;
    const foreign = isRoot ? newFolder() : '/';
    if (isRoot) chownSync(foreign, 12_345, 12_345);
    expect(() => refuseOtherUser(foreign)).toThrow(
      /belongs to user \d+, and this is user \d+; run the command as that user/,
    );
  });

  it('waits for nothing that is not there', () => {
    expect(() => refuseOtherUser(join(newFolder(), 'nothing'))).not.toThrow();
  });
});

describe('a data folder', () => {
  it('is held by one at a time, who is named', () => {
    const folder = newFolder();
    const lock = holdDataFolder(folder, 'a test');
    expect(() => holdDataFolder(folder, 'another')).toThrow(`in use by a test (process ${process.pid}, since 20`);
    lock.release();
    holdDataFolder(folder, 'another').release();
  });

  it('that cannot be written is named with whom to be', () => {
    const folder = join(newFolder(), 'x'.repeat(300));
    expect(() => holdDataFolder(folder, 'a test')).toThrow(/cannot be written .*; run as the user that it belongs to/);
  });

  it('that was there before and is open to all holds nothing that others may read, whatever the umask', async () => {
    process.umask(0);
    const folder = newFolder();
    chmodSync(folder, 0o755);
    const lock = holdDataFolder(folder, 'a test');
    const database = await openDatabase({ kind: 'sqlite', file: databaseFile(folder) });
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o077]);
    expect(modes.map(([name]) => name)).toContain('modelward.db');
    expect(modes).toEqual(modes.map(([name]) => [name, 0]));
    await database.close();
    lock.release();
  });
});
