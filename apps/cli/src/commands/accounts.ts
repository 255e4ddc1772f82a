import type { Command } from 'commander';
import { type Cli, connect, jsonOption, printList } from '../cli.ts';
import { moment } from '../table.ts';

/** `people` and `services`: who can be allowed anything. */
export function addPeople(program: Command, cli: Cli): void {
  const people = program
    .command('people')
    .description('people: list, add, invite, reset, suspend, lock, activate, offboard');
  addList(people, cli, 'people');
  people
    .command('add <name>')
    .description('add a person; prints the one-time link that lets them set a password')
    .option('--email <address>', 'where they can be reached')
    .action(async (name: string, options: { email?: string }, command: Command) => {
      const { account, invitation } = await connect(cli, command).call('people.add', { name, ...options });
      cli.note(
        `added ${account.name} (${account.id}); give them this link, which works once, until ${moment(invitation.endsAtMs)}:`,
      );
      cli.print(invitation.link);
    });
  people
    .command('invite <name>')
    .description('a new one-time link, for who let the last one pass or lost the password')
    .action(async (name: string, _: object, command: Command) => {
      const { account, invitation } = await connect(cli, command).call('people.invite', { name });
      cli.note(`give ${account.name} this link, which works once, until ${moment(invitation.endsAtMs)}:`);
      cli.print(invitation.link);
    });
  people
    .command('reset <name>')
    .description('a one-time link for who lost the second factor: it removes all factors and sets a new password')
    .action(async (name: string, _: object, command: Command) => {
      const { account, invitation } = await connect(cli, command).call('people.reset', { name });
      cli.note(`give ${account.name} this link, which works once, until ${moment(invitation.endsAtMs)}:`);
      cli.print(invitation.link);
    });
  addStates(people, cli, 'people');
}

export function addServices(program: Command, cli: Cli): void {
  const services = program
    .command('services')
    .description('services (jobs and programs): list, add, suspend, lock, activate, offboard');
  addList(services, cli, 'services');
  services
    .command('add <name>')
    .description('add a service')
    .action(async (name: string, _: object, command: Command) => {
      const { account } = await connect(cli, command).call('services.add', { name });
      cli.print(`added the service ${account.name} (${account.id})`);
      cli.note(`give it rights with \`npx modelward roles assign ROLE service:${account.name} SCOPE\``);
    });
  addStates(services, cli, 'services');
}

function addList(parent: Command, cli: Cli, kind: 'people' | 'services'): void {
  parent
    .command('list')
    .description(`all ${kind}`)
    .option(...jsonOption)
    .action(async (_: object, command: Command) => {
      const { accounts } = await connect(cli, command).call(`${kind}.list`, {});
      printList(cli, command, {
        rows: accounts,
        headings: ['NAME', 'STATE', 'ADDED', 'ID'],
        cells: ({ name, state, createdAtMs, id }) => [name, state, moment(createdAtMs), id],
        none: `there are no ${kind} yet`,
      });
    });
}

function addStates(parent: Command, cli: Cli, kind: 'people' | 'services'): void {
  parent
    .command('suspend <name>')
    .description('stop all that they hold, from the next request on')
    .action(async (name: string, _: object, command: Command) => {
      const { account } = await connect(cli, command).call(`${kind}.suspend`, { name });
      cli.print(`${account.name} is suspended`);
    });
  parent
    .command('lock <name>')
    .description('the alarm: stop all that they hold until an administrator activates them')
    .action(async (name: string, _: object, command: Command) => {
      const { account } = await connect(cli, command).call(`${kind}.lock`, { name });
      cli.print(`${account.name} is locked`);
    });
  parent
    .command('offboard <name>')
    .description('end the account for good: nothing that opened anything is kept, and there is no way back')
    .action(async (name: string, _: object, command: Command) => {
      const { account } = await connect(cli, command).call(`${kind}.offboard`, { name });
      cli.print(`${account.name} is offboarded`);
    });
  parent
    .command('activate <name>')
    .description('let them in again')
    .action(async (name: string, _: object, command: Command) => {
      const { account } = await connect(cli, command).call(`${kind}.activate`, { name });
      cli.print(`${account.name} is ${account.state}`);
    });
}
