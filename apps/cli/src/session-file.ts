import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem } from './problem.ts';

export type SavedSession = { readonly name: string; readonly secret: string; readonly endsAtMs: number };
type Saved = Record<string, SavedSession>;

type Environment = Readonly<Record<string, string | undefined>>;

/** Sessions by the server they are for: one is never sent to another. The file is its owner's alone. */
export function createSessionFile(env: Environment) {
  const configHome = env.XDG_CONFIG_HOME ?? '';
  const file = join(configHome === '' ? join(homedir(), '.config') : configHome, 'modelward', 'sessions.json');
  const read = () => readSaved(file);
  const write = (saved: Saved) => writeSaved(file, saved);
  return {
    file,
    find: (server: string): SavedSession | undefined => {
      const saved = read();
      return Object.hasOwn(saved, server) ? saved[server] : undefined;
    },
    save: (server: string, session: SavedSession) => write({ ...read(), [server]: session }),
    forget: (server: string) => {
      const { [server]: _, ...others } = read();
      write(others);
    },
  };
}

export type SessionFile = ReturnType<typeof createSessionFile>;

function readSaved(file: string): Saved {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) throw openToOthers(file);
    text = readFileSync(file, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw fault;
  }
  try {
    return JSON.parse(text) as Saved;
  } catch {
    throw new Problem(`\`${file}\` cannot be read: it is not JSON`, 'remove it and sign in again');
  }
}

function openToOthers(file: string): Problem {
  return new Problem(
    `\`${file}\` can be read by others, so the sessions in it may be known to them`,
    `run \`chmod 600 ${file}\`, then \`npx modelward sign-out\` and sign in again`,
  );
}

/** Written beside and moved into place, so that a crash leaves the old file or the new one. */
function writeSaved(file: string, saved: Saved): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(saved, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}
