import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { run } from '../../apps/cli/src/program.ts';
import { createSessionFile } from '../../apps/cli/src/session-file.ts';

const cli = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.ts');

type CliOptions = { readonly cwd: string; readonly input?: string; readonly env?: Record<string, string> };

/** Runs `modelward` as a person would, its saved sign-in kept in `cwd`. */
export function runCli(args: readonly string[], { cwd, input, env }: CliOptions) {
  return spawnSync(process.execPath, [cli, ...args], {
    cwd,
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
    env: { ...process.env, XDG_CONFIG_HOME: cwd, ...env },
  });
}

/** The same in this process, for many commands that only ask a server: a process each would cost most of a second. */
export async function runCliHere(args: readonly string[], { cwd, input = '', env = {} }: CliOptions) {
  const lines = input.split('\n');
  let [stdout, stderr] = ['', ''];
  const environment = { XDG_CONFIG_HOME: cwd, ...env };
  const nextLine = async () => lines.shift() ?? '';
  const status = await run(args, {
    env: environment,
    ask: { isPerson: false, secret: nextLine, text: nextLine },
    sessions: createSessionFile(environment),
    print: (line) => {
      stdout += `${line}\n`;
    },
    note: (line) => {
      stderr += `${line}\n`;
    },
  });
  return { status, stdout, stderr };
}

/** As a process, while the test goes on with something else. */
export async function spawnCli(args: readonly string[], { cwd, env }: Omit<CliOptions, 'input'>) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    env: { ...process.env, XDG_CONFIG_HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part) => (stderr += part));
  const [status] = await once(child, 'close');
  return { status: status as number | null, stdout, stderr };
}
