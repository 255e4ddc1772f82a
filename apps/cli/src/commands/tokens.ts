import type { Command } from 'commander';
import { type Cli, connect, jsonOption, printList } from '../cli.ts';
import { parseDuration } from '../duration.ts';
import { moment } from '../table.ts';

/** What an MLflow client needs, and nothing that administers. */
const mlflowScopes = ['project', 'experiment', 'run', 'artifact', 'model', 'version', 'alias'].map(
  (noun) => `${noun}.*`,
);

/** `token`: personal access tokens, and those of services. */
export function addTokens(program: Command, cli: Cli): void {
  const tokens = program.command('token').description('personal access tokens: list, create, revoke');
  tokens
    .command('list')
    .description('your tokens, or those of a service')
    .option('--service <name>', 'the service')
    .option(...jsonOption)
    .action(async ({ service }: { service?: string }, command: Command) => {
      const { tokens: rows } = await connect(cli, command).call(
        'tokens.list',
        service === undefined ? {} : { service },
      );
      printList(cli, command, {
        rows,
        headings: ['LABEL', 'STATE', 'ENDS', 'LAST USED', 'SCOPES', 'ID'],
        cells: (token) => [
          token.label,
          stateOf(token),
          moment(token.endsAtMs),
          moment(token.lastUsedAtMs),
          token.scopes.join(' '),
          token.id,
        ],
        none: 'there are no tokens',
      });
    });
  addCreate(tokens, cli);
  tokens
    .command('revoke <id>')
    .description('revoke a token: it is refused from the next request on')
    .action(async (id: string, _: object, command: Command) => {
      await connect(cli, command).call('tokens.revoke', { id });
      cli.print(`revoked ${id}`);
    });
}

function stateOf({ revokedAtMs, endsAtMs }: { revokedAtMs: number | null; endsAtMs: number }): string {
  if (revokedAtMs !== null) return 'revoked';
  return endsAtMs <= Date.now() ? 'expired' : 'good';
}

type Wanted = {
  readonly label: string;
  readonly scope?: string[];
  readonly lifetime: string;
  readonly service?: string;
  readonly json?: boolean;
};

function addCreate(tokens: Command, cli: Cli): void {
  tokens
    .command('create')
    .description('make a token; prints, this once, the lines that mlflow needs')
    .option('--label <label>', 'what it is for', 'mlflow')
    .option(
      '--scope <scope...>',
      'what it may be used for, such as model.read or run.*@fraud; all that MLflow does when absent',
    )
    .option('--lifetime <time>', 'how long it works: 8h, 7d, 90d at most', '8h')
    .option('--service <name>', 'make it for this service')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nTo set it in this shell without showing it: eval "$(npx modelward token create)"')
    .action(async ({ label, scope = mlflowScopes, lifetime, service, json }: Wanted, command: Command) => {
      const made = await connect(cli, command).call('tokens.create', {
        label,
        scopes: [...scope],
        lifetimeSeconds: parseDuration(lifetime),
        ...(service === undefined ? {} : { service }),
      });
      if (json === true) return cli.print(JSON.stringify(made, undefined, 2));
      cli.note(
        `token ${made.token.id} (${made.token.label}) works until ${moment(made.token.endsAtMs)}; it is shown this once`,
      );
      cli.print(`export MLFLOW_TRACKING_URI=${made.trackingUri}`);
      cli.print(`export MLFLOW_TRACKING_TOKEN=${made.secret}`);
    });
}
