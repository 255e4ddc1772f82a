import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

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

/** The same while the test goes on with something else. */
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
