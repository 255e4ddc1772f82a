import { recoverAdministrator } from '@modelward/server';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { inPlainWords } from '../plain-words.ts';
import { moment } from '../table.ts';
import { readConfig } from './config.ts';

/** `admin`: what the owner of the files may do with the server stopped. */
export function addAdmin(program: Command, cli: Cli): void {
  const admin = program
    .command('admin')
    .description("for the owner of the server's files, with the server stopped: recover");
  admin
    .command('recover')
    .description('let an administrator in again: roles back, and a one-time link for a new password; it is recorded')
    .option('--name <name>', 'who; may be left out while one person administers')
    .option('--config <file>', 'the configuration; modelward.yaml here when absent')
    .action(async ({ name, config: file }: { name?: string; config?: string }) => {
      const config = readConfig(cli, file);
      const next = 'mend that and run the command again; the server has to be stopped';
      const recovery = await inPlainWords(next, () => recoverAdministrator({ config, name }));
      cli.note(
        `${recovery.name} administers again; start the server, then open this link, which works once, until ${moment(recovery.endsAtMs)}:`,
      );
      cli.print(recovery.link);
    });
}
