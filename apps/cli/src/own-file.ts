import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Problem } from './problem.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Saved<Value> = Readonly<Record<string, Value>>;

/** A small file of this user's alone, in the user's folder for settings: values by name. */
export function createOwnFile<Value>(env: Environment, name: string) {
  const configHome = env.XDG_CONFIG_HOME ?? '';
  const file = join(configHome === '' ? join(homedir(), '.config') : configHome, 'modelward', name);
  const read = () => readSaved<Value>(file);
  return {
    find: (key: string): Value | undefined => {
      const saved = read();
      return Object.hasOwn(saved, key) ? saved[key] : undefined;
    },
    save: (key: string, value: Value) => writeSaved(file, { ...read(), [key]: value }),
    forget: (key: string) => {
      const { [key]: _, ...others } = read();
      writeSaved(file, others);
    },
  };
}

function readSaved<Value>(file: string): Saved<Value> {
  let text: string;
  try {
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) throw openToOthers(file);
    text = readFileSync(file, 'utf8');
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw fault;
  }
  try {
    return JSON.parse(text) as Saved<Value>;
  } catch {
    throw new Problem(`\`${file}\` cannot be read: it is not JSON`, 'remove it; sign-ins have to be made again');
  }
}

function openToOthers(file: string): Problem {
  return new Problem(
    `\`${file}\` can be read by others, so what is in it may be known to them`,
    `run \`chmod 600 ${file}\`, then \`npx modelward sign-out\` and sign in again`,
  );
}

/** Written beside and moved into place, so that a crash leaves the old file or the new one. */
function writeSaved(file: string, saved: Saved<unknown>): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(saved, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, file);
}
