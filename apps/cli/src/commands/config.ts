import { type ConfigFlaw, describeConfig, loadConfig } from '@modelward/server';
import type { Command } from 'commander';
import { type Cli, jsonOption, printList } from '../cli.ts';
import { Problem } from '../problem.ts';

/** `config`: the same checks as the server's start, without starting it. */
export function addConfig(program: Command, cli: Cli): void {
  const config = program.command('config').description('configuration of the server here: check, show');
  config
    .command('check')
    .description('say what is wrong and how to mend it')
    .option('--config <file>', 'the file; modelward.yaml here when absent')
    .action((options: { config?: string }) => {
      const { file } = readConfig(cli, options.config);
      cli.print(
        `the configuration is good (${file === undefined ? 'defaults and variables; there is no modelward.yaml here' : file})`,
      );
    });
  config
    .command('show')
    .description('every setting with its value and where that came from; secrets are masked')
    .option('--config <file>', 'the file; modelward.yaml here when absent')
    .option(...jsonOption)
    .action((options: { config?: string }, command: Command) => {
      printList(cli, command, {
        rows: describeConfig(readConfig(cli, options.config)),
        headings: ['SETTING', 'VALUE', 'FROM', 'VARIABLE'],
        cells: ({ path, value, origin, variable }) => [path, value ?? '', origin, variable],
        none: 'there are no settings',
      });
    });
}

/** The configuration that the server would start with here. */
export function readConfig({ env }: Cli, file: string | undefined) {
  const loaded = loadConfig({ env, file });
  if (loaded.ok) return loaded.value;
  throw new Problem(describeFlaws(loaded.reason), 'mend it and check again with `npx modelward config check`');
}

function describeFlaws(flaws: readonly ConfigFlaw[]): string {
  const lines = flaws.map(({ path, reason, fix }) => `  ${path}: ${reason}; ${fix}`);
  return ['the configuration is refused', ...lines].join('\n');
}
