import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import { proveInBrowser } from '../second-factor.ts';
import { moment } from '../table.ts';

/** `step-up`: a passkey for a terminal, used in a browser. */
export function addStepUp(program: Command, cli: Cli): void {
  program
    .command('step-up')
    .description('use a passkey in a browser for the session here: administering, and production, need one')
    .action(async (_: object, command: Command) => {
      const client = connect(cli, command);
      const { secret, endsAtMs: until } = await proveInBrowser(cli, client);
      const name = cli.sessions.find(client.server)?.name ?? '';
      cli.sessions.save(client.server, { name, secret, endsAtMs: until });
      cli.print(`${name} is signed in with a passkey, until ${moment(until)}`);
    });
}
