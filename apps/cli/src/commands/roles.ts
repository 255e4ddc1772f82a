import type { Command } from 'commander';
import { type Cli, connect, jsonOption, printList } from '../cli.ts';
import { parseDuration } from '../duration.ts';
import { Problem } from '../problem.ts';
import { moment } from '../table.ts';

/** `roles`: what there is to be given, who has it on what, giving and taking it away. */
export function addRoles(program: Command, cli: Cli): void {
  const roles = program.command('roles').description('roles: list, links, assign, revoke');
  roles
    .command('list')
    .description('the roles of the active policy bundle')
    .option(...jsonOption)
    .action(async (_: object, command: Command) => {
      const { roles: rows } = await connect(cli, command).call('roles.list', {});
      printList(cli, command, {
        rows,
        headings: ['ROLE', 'RISK', 'MAY BE ASKED FOR', 'ON', 'WHAT IT IS'],
        cells: ({ name, title, requestable, risk, scopeTypes }) => [
          name,
          risk,
          requestable ? 'yes' : 'no',
          scopeTypes.join(', ').toLowerCase(),
          title,
        ],
        none: 'the policy bundle has no roles',
      });
    });
  addLinks(roles, cli);
  addAssign(roles, cli);
  roles
    .command('revoke <id>')
    .description('take a role away; `roles links` shows the ids')
    .action(async (id: string, _: object, command: Command) => {
      await connect(cli, command).call('role-links.revoke', { id });
      cli.print(`revoked ${id}`);
    });
}

function addLinks(roles: Command, cli: Cli): void {
  roles
    .command('links')
    .description('who holds which role on what')
    .option(...jsonOption)
    .action(async (_: object, command: Command) => {
      const { links: rows } = await connect(cli, command).call('role-links.list', {});
      printList(cli, command, {
        rows,
        headings: ['WHO', 'ROLE', 'ON', 'UNTIL', 'ID'],
        cells: ({ principal, role, scope, untilMs, id }) => [
          principal.kind === 'person' ? principal.name : `${principal.kind}:${principal.name}`,
          role,
          scope.type === 'Organization' ? 'organization' : `${scope.type.toLowerCase()}:${scope.name}`,
          moment(untilMs),
          id,
        ],
        none: 'nobody holds a role',
      });
    });
}

function addAssign(roles: Command, cli: Cli): void {
  roles
    .command('assign <role> <who> <scope>')
    .description(
      'give a role: who is NAME, service:NAME or group:NAME; scope is organization, project:KEY, model:NAME or experiment:ID',
    )
    .option('--for <time>', 'until then it ends by itself: 8h, 7d, 2w')
    .option('--until <moment>', 'or the moment that it ends: 2027-01-31 or 2027-01-31T18:00Z')
    .action(async (role: string, principal: string, scope: string, options: Ending, command: Command) => {
      const untilMs = endOf(options);
      const input = { role, principal, scope, ...(untilMs === undefined ? {} : { untilMs }) };
      const { link } = await connect(cli, command).call('role-links.assign', input);
      const until = link.untilMs === null ? 'until it is revoked' : `until ${moment(link.untilMs)}`;
      cli.print(`${principal} has the role ${link.role} on ${scope} ${until} (${link.id})`);
    });
}

type Ending = { readonly for?: string; readonly until?: string };

function endOf({ for: length, until }: Ending): number | undefined {
  if (length !== undefined && until !== undefined) {
    throw new Problem('the end is given twice', 'give --for or --until, not both', 2);
  }
  if (length !== undefined) return Date.now() + parseDuration(length) * 1000;
  if (until === undefined) return undefined;
  const endMs = Date.parse(until);
  if (Number.isNaN(endMs))
    throw new Problem(`\`${until}\` is no moment`, 'write it as 2027-01-31 or 2027-01-31T18:00Z', 2);
  return endMs;
}
