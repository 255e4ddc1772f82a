import type { EndpointInput } from '@modelward/contract';
import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import type { Client } from '../client.ts';
import { entryLine } from '../entry-text.ts';
import { readNames } from '../names.ts';
import { Problem } from '../problem.ts';
import { readTime } from '../read-time.ts';

type Options = {
  readonly actor?: string;
  readonly about?: string;
  readonly action?: string;
  readonly outcome?: string;
  readonly since?: string;
  readonly until?: string;
  readonly before?: string;
  readonly limit: string;
  readonly json?: boolean;
  readonly rebuild?: boolean;
};

export function addQuery(audit: Command, cli: Cli): void {
  audit
    .command('query')
    .description(
      'entries by who, what, on what, outcome and time, the newest first: from an index, which proves nothing',
    )
    .option('--actor <who>', '`NAME`, `service:NAME`, or an id')
    .option('--action <action>', 'such as `version.download`, or of a change `role.assigned`')
    .option('--about <resource>', '`model:NAME`, `experiment:ID`, `project:KEY`, `person:NAME`, `group:NAME`, or an id')
    .option('--outcome <outcome>', '`allow` or `deny`')
    .option('--since <time>', 'such as `2026-11-24` or `2026-11-24T10:00:00Z`')
    .option('--until <time>', 'before this moment')
    .option('--before <index>', 'go on below this entry')
    .option('--limit <count>', 'how many', '100')
    .option('--json', 'one JSON object a line')
    .option('--rebuild', 'first throw the index away and make it again from the entries')
    .action(async (options: Options, command: Command) => {
      const client = connect(cli, command);
      if (options.rebuild === true) await client.call('audit.rebuild-index', {});
      const { entries, covered, size } = await client.call('audit.query', await questionOf(client, options));
      const names = options.json === true ? new Map<string, string>() : await readNames(client);
      for (const one of entries) cli.print(options.json === true ? JSON.stringify(one) : entryLine(one, names));
      cli.note(
        `${entries.length} found; from an index, not a proof (\`audit history\` is complete): it covered entries ${covered.from} to ${covered.until - 1} of ${size}`,
      );
      if (covered.from > 0) cli.note(`older ones: the same with --before ${covered.from}`);
    });
}

async function questionOf(client: Client, options: Options): Promise<EndpointInput<'audit.query'>> {
  const { actor, about, action, outcome, since, until, before, limit } = options;
  if (outcome !== undefined && outcome !== 'allow' && outcome !== 'deny')
    throw new Problem(`\`${outcome}\` is no outcome`, 'give `allow` or `deny`', 2);
  return {
    ...(actor === undefined
      ? {}
      : { actor: await idsOf(client, actor.includes(':') ? actor : `person:${actor}`, actor) }),
    ...(about === undefined ? {} : { about: await idsOf(client, about, about) }),
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since === undefined ? {} : { fromMs: readTime(since) }),
    ...(until === undefined ? {} : { untilMs: readTime(until) }),
    ...(before === undefined ? {} : { before }),
    limit,
  };
}

async function idsOf({ call }: Client, name: string, given: string): Promise<string> {
  if (/^[a-z]{2,5}_[0-9A-Za-z_-]{1,64}$/.test(given)) return given;
  return (await call('audit.ids', { name })).ids.join(',');
}
