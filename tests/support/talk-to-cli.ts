import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.ts');

export type Talk = {
  /** All that it printed so far. */
  readonly heard: () => string;
  readonly say: (line: string) => void;
  readonly ended: Promise<number | null>;
};

/** `modelward` with somebody at its keyboard, who can answer what it asks when it asks; its saved sign-in is kept in `home`. */
export function talkToCli(always: readonly string[], home: string) {
  return (words: readonly string[], ...lines: readonly string[]): Talk => {
    const env = { ...process.env, XDG_CONFIG_HOME: home };
    const child = spawn(process.execPath, [main, ...always, ...words], { env, cwd: home });
    let heard = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (heard += part));
    const say = (line: string) => void child.stdin.write(`${line}\n`);
    for (const line of lines) say(line);
    return { heard: () => heard, say, ended: once(child, 'close').then(([status]) => status as number | null) };
  };
}
