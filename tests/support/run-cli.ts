import { spawnSync } from 'node:child_process';
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
