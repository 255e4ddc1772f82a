import type { Command } from 'commander';
import { type Cli, connectAsNobody, serverOf } from '../cli.ts';
import { Problem } from '../problem.ts';
import { finishSession } from '../second-factor.ts';
import { moment } from '../table.ts';

/** `enrol`: what the enrolment page does, without a browser. */
export function addEnrol(program: Command, cli: Cli): void {
  program
    .command('enrol')
    .description('use up a one-time secret or link: set your password and be signed in')
    .option('--first', 'make the first administrator')
    .option('--name <name>', 'the name of the first administrator')
    .addHelpText('after', '\nThe secret and the password are asked for, or read from two lines of standard input.')
    .action(async (options: { first?: boolean; name?: string }, command: Command) => {
      const client = connectAsNobody(cli, command);
      const given = readLink(await cli.ask.secret('One-time secret, or the whole link'));
      const isFirst = options.first === true || given.isFirst;
      const name = isFirst ? { name: options.name ?? (await askName(cli)) } : {};
      const password = await choosePassword(cli);
      const {
        account,
        session: begun,
        trackingUri,
      } = await client.call('enrolments.redeem', {
        secret: given.secret,
        password,
        ...name,
      });
      const server = serverOf(cli, command);
      const session = await finishSession(cli, server, begun);
      cli.sessions.save(server, { name: account.name, secret: session.secret, endsAtMs: session.endsAtMs });
      cli.print(`you are ${account.name} at ${server}, signed in until ${moment(session.endsAtMs)}`);
      cli.print(`for MLflow at ${trackingUri}: make a token with \`npx modelward token create --label mlflow\``);
    });
}

function readLink(text: string): { readonly secret: string; readonly isFirst: boolean } {
  const [, kind, secret] = /#(first|secret)=([\w-]+)\s*$/.exec(text) ?? [];
  return secret === undefined ? { secret: text.trim(), isFirst: false } : { secret, isFirst: kind === 'first' };
}

async function askName(cli: Cli): Promise<string> {
  if (cli.ask.isPerson) return cli.ask.text('Name of the first administrator, such as ada');
  throw new Problem('the first administrator needs a name', 'add --name NAME', 2);
}

async function choosePassword(cli: Cli): Promise<string> {
  if (cli.env.MODELWARD_PASSWORD !== undefined) return cli.env.MODELWARD_PASSWORD;
  const password = await cli.ask.secret('Password, at least 15 characters');
  if (!cli.ask.isPerson || password === (await cli.ask.secret('The same password again'))) return password;
  throw new Problem('the two passwords differ, and nothing was done', 'start again');
}
