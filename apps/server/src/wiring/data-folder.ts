import { statSync } from 'node:fs';
import { type FolderLock, lockFolder } from '@modelward/storage';

/** Takes the data folder for this process. Throws, in plain words, with who holds it. */
export function holdDataFolder(dataFolder: string, purpose: string): FolderLock {
  const lock = tryDataFolder(dataFolder, purpose);
  if (lock.ok) return lock.value;
  const holder = lock.reason;
  const who =
    holder === undefined
      ? 'another process'
      : `${holder.purpose} (process ${holder.pid}, since ${new Date(holder.sinceMs).toISOString()})`;
  throw new Error(
    `\`${dataFolder}\` is in use by ${who}; one process may use a data folder: stop that one, or set \`dataFolder\``,
  );
}

/**
 * From here on this process makes no file that others may read: a folder that was there before (a volume, say) may be open to all,
 * and a database makes its own files.
 */
function keepFilesPrivate(): void {
  process.umask(0o077);
}

/** The lock, or who has it. Throws when the folder is not this user's to write in. */
export function tryDataFolder(dataFolder: string, purpose: string): ReturnType<typeof lockFolder> {
  keepFilesPrivate();
  try {
    return lockFolder(dataFolder, purpose, Date.now());
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    throw new Error(
      `\`${dataFolder}\` cannot be written (${why}); run as the user that it belongs to, or set \`dataFolder\``,
    );
  }
}

/** What works on the files past every door is for their owner: anybody else would leave files that the server cannot open. */
export function refuseOtherUser(folder: string): void {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  const user = process.getuid?.();
  if (owner === undefined || user === undefined || owner === user) return;
  throw new Error(`\`${folder}\` belongs to user ${owner}, and this is user ${user}; run the command as that user`);
}
