import type { Command } from 'commander';
import { type Cli, connect, jsonOption, printList } from '../cli.ts';

/** `groups`: people and services that get their roles together. */
export function addGroups(program: Command, cli: Cli): void {
  const groups = program.command('groups').description('groups: list, add, add-member, remove-member');
  groups
    .command('list')
    .description('all groups with their members')
    .option(...jsonOption)
    .action(async (_: object, command: Command) => {
      const { groups: rows } = await connect(cli, command).call('groups.list', {});
      printList(cli, command, {
        rows,
        headings: ['NAME', 'MEMBERS', 'ID'],
        cells: ({ name, members, id }) => [name, members.map((member) => member.name).join(', ') || '-', id],
        none: 'there are no groups yet',
      });
    });
  groups
    .command('add <name>')
    .description('add a group')
    .action(async (name: string, _: object, command: Command) => {
      const group = await connect(cli, command).call('groups.add', { name });
      cli.print(`added the group ${group.name} (${group.id})`);
    });
  groups
    .command('add-member <group> <account>')
    .description('put a person or service into a group')
    .action(async (group: string, account: string, _: object, command: Command) => {
      await connect(cli, command).call('groups.add-member', { group, account });
      cli.print(`${account} is in ${group}`);
    });
  groups
    .command('remove-member <group> <account>')
    .description('take a person or service out of a group')
    .action(async (group: string, account: string, _: object, command: Command) => {
      await connect(cli, command).call('groups.remove-member', { group, account });
      cli.print(`${account} is not in ${group} any more`);
    });
}
