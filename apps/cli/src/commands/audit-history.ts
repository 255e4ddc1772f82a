import { describeLogFlaw, verifyLog } from '@modelward/merkle';
import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import { entryLine, type Names } from '../entry-text.ts';
import { addLogOptions, broken, type LogOptions, openLog } from '../log-trust.ts';
import { readNames } from '../names.ts';
import { Problem } from '../problem.ts';
import { createHistory } from '../record-history.ts';

type Options = LogOptions & { readonly json?: boolean };

export function addHistory(audit: Command, cli: Cli): void {
  const history = audit
    .command('history')
    .description('everything that the record holds of one thing: a scan of all entries, each of them verified')
    .argument(
      '<resource>',
      '`model:NAME`, `experiment:ID`, `project:KEY`, `person:NAME`, `service:NAME`, `group:NAME`, or an id',
    )
    .option('--json', 'one JSON object a line');
  addLogOptions(history).action(async (resource: string, options: Options, command: Command) => {
    const ids = await idsOf(cli, command, resource);
    const { source, trust } = await openLog(cli, command);
    const { see, found } = createHistory(ids);
    const verified = await verifyLog({ read: source.read, ...trust, onEntry: see });
    if (!verified.ok) throw broken(source, describeLogFlaw(verified.reason));
    const names: Names = options.folder === undefined ? await readNames(connect(cli, command)) : new Map();
    for (const one of found) cli.print(options.json === true ? JSON.stringify(one) : entryLine(one, names));
    const { origin, size } = verified.value;
    cli.note(
      `${found.length} of ${size} entries are of ${ids.join(', ')}: complete for entries 0 to ${size - 1} of ${origin}, all verified`,
    );
  });
}

/** An id is taken as it is; what a name stands for, only the server knows. */
async function idsOf(cli: Cli, command: Command, resource: string): Promise<readonly string[]> {
  if (/^[a-z]{2,5}_[0-9A-Za-z_-]{1,64}$/.test(resource)) return [resource];
  if (command.opts<LogOptions>().folder !== undefined)
    throw new Problem(
      `\`${resource}\` is no id, and files do not say what a name stands for`,
      'give an id such as `res_...`',
      2,
    );
  const { ids } = await connect(cli, command).call('audit.ids', { name: resource });
  return ids;
}
