import { setTimeout as wait } from 'node:timers/promises';
import type { EndpointOutput } from '@modelward/contract';
import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import { entryLine } from '../entry-text.ts';
import { readNames } from '../names.ts';
import { Problem } from '../problem.ts';

type Entry = EndpointOutput<'audit.entries'>['entries'][number];
type Options = { readonly follow?: boolean; readonly limit: string; readonly json?: boolean; readonly all?: boolean };

const pollMs = 2000;
const most = 500;

export function addTail(audit: Command, cli: Cli): void {
  audit
    .command('tail')
    .description('the newest entries: when, who, what, on what, decided how and why')
    .option('--follow', 'go on as entries come')
    .option('--limit <count>', 'how many', '20')
    .option('--all', "also outcomes, the log's own entries and your own reading of the record")
    .option('--json', 'one JSON object a line')
    .action(async (options: Options, command: Command) => {
      const limit = readLimit(options.limit);
      const client = connect(cli, command);
      // Outcomes stand between what is shown, so more are read than are asked for.
      const page = await client.call('audit.entries', { limit: Math.min(most, limit * 4) });
      const names = await readNames(client);
      const isShown = options.all === true ? () => true : createFilter((await client.call('me', {})).account.id);
      const print = (entry: Entry) =>
        cli.print(options.json === true ? JSON.stringify(entry) : entryLine(entry, names));
      for (const entry of page.entries.filter(isShown).slice(-limit)) print(entry);
      let next = page.size;
      while (options.follow === true) {
        await wait(pollMs);
        const { entries } = await client.call('audit.entries', { from: next, limit: most });
        for (const entry of entries.filter(isShown)) print(entry);
        next = (entries.at(-1)?.index ?? next - 1) + 1;
      }
    });
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new Problem(`\`${text}\` is no count of entries`, `give a whole number from 1 to ${most}`, 2);
}

/** What this command itself asks for. It is recorded like any reading, and would follow its own tail. */
const ownReading: readonly string[] = ['audit.read', 'account.read', 'me', 'projects.list'];

/** Without the log's own entries, outcomes that went as expected, and what reading the record adds to it. */
function createFilter(me: string): (entry: Entry) => boolean {
  return ({ entry }) => {
    switch (entry.type) {
      case 'decision':
        return !(
          entry.decision === 'allow' &&
          entry.actor.id === me &&
          entry.asked.every(({ action }) => ownReading.includes(action))
        );
      case 'outcome':
        return entry.end !== 'complete';
      case 'log.opened':
      case 'log.closed':
      case 'log.heartbeat':
        return false;
      default:
        return true;
    }
  };
}
