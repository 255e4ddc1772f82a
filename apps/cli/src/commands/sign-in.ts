import type { Command } from 'commander';
import { type Cli, connect, connectAsNobody, serverOf } from '../cli.ts';
import { createClient } from '../client.ts';
import { Problem, Refused } from '../problem.ts';
import { finishSession } from '../second-factor.ts';
import { moment } from '../table.ts';

/** `sign-in`, `sign-out`, `whoami`: the session that the other commands use. */
export function addSignIn(program: Command, cli: Cli): void {
  program
    .command('sign-in')
    .description('sign in with name, password and second factor; the session is kept for the other commands')
    .option('--name <name>', 'your name on that server')
    .option('--passkey', 'use a passkey in a browser for the second factor')
    .action(async (options: { name?: string; passkey?: boolean }, command: Command) => {
      const name = options.name ?? (await askName(cli));
      const password = cli.env.MODELWARD_PASSWORD ?? (await cli.ask.secret('Password'));
      const opened = await connectAsNobody(cli, command).call('sessions.open', { name, password });
      const server = serverOf(cli, command);
      const { account } = opened;
      const session = await finishSession(cli, server, {
        ...opened.session,
        withPasskey: options.passkey === true,
      });
      cli.sessions.save(server, { name: account.name, secret: session.secret, endsAtMs: session.endsAtMs });
      cli.print(`signed in at ${server} as ${account.name}, until ${moment(session.endsAtMs)}`);
    });

  program
    .command('sign-out')
    .description('end the session and forget it')
    .action(async (_, command: Command) => {
      const server = serverOf(cli, command);
      const saved = cli.sessions.find(server);
      if (saved === undefined) return cli.print(`nobody was signed in at ${server}`);
      try {
        await createClient({ server, secret: saved.secret }).call('sessions.end', {});
      } catch (problem) {
        // A session that has ended there already only needs to be forgotten here.
        if (!(problem instanceof Refused && problem.error.code === 'unauthenticated')) throw problem;
      }
      cli.sessions.forget(server);
      cli.print(`signed out at ${server}`);
    });

  program
    .command('whoami')
    .description('who you are there, and how far your credential reaches')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }, command: Command) => {
      const client = connect(cli, command);
      const me = await client.call('me', {});
      if (options.json === true) return cli.print(JSON.stringify(me, undefined, 2));
      const { account, credential } = me;
      cli.print(`${account.name} (${account.kind}, ${account.id}) at ${client.server}`);
      cli.print(`with ${credentialText[credential.kind]}, level ${credential.level}`);
      if (credential.scopes !== undefined) cli.print(`scopes: ${credential.scopes.join(' ')}`);
    });
}

const credentialText = {
  'password-session': 'a session opened with a password',
  'passkey-session': 'a session opened with a passkey',
  'personal-token': 'a personal access token',
} as const;

async function askName(cli: Cli): Promise<string> {
  if (cli.ask.isPerson) return cli.ask.text('Name');
  throw new Problem('it is not said who signs in', 'add --name NAME', 2);
}
