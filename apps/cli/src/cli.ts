import { loadConfig, originOf } from '@modelward/server';
import type { Command } from 'commander';
import type { Ask } from './ask.ts';
import { type Client, createClient } from './client.ts';
import { Problem } from './problem.ts';
import { isLoopback, serverAddress } from './server-address.ts';
import type { SessionFile } from './session-file.ts';
import { table } from './table.ts';

/** What every command works with. */
export type Cli = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly ask: Ask;
  readonly sessions: SessionFile;
  readonly print: (line: string) => void;
  /** Beside the output that was asked for: on standard error. */
  readonly note: (line: string) => void;
};

export function serverOf(cli: Cli, command: Command): string {
  const { server } = command.optsWithGlobals<{ server?: string }>();
  const named = server ?? cli.env.MODELWARD_SERVER ?? '';
  return serverAddress(named === '' ? serverHere(cli) : named);
}

/** The server that the configuration here would start, if it is on this machine: a folder of somebody else's sends no secret away. */
function serverHere({ env }: Cli): string | undefined {
  const config = loadConfig({ env });
  const origin = config.ok ? originOf(config.value, 'control') : undefined;
  return origin !== undefined && isLoopback(new URL(origin).hostname) ? origin : undefined;
}

/** The server as whoever is signed in there, or as MODELWARD_TOKEN says. */
export function connect(cli: Cli, command: Command): Client {
  const server = serverOf(cli, command);
  const token = cli.env.MODELWARD_TOKEN ?? '';
  const secret = token === '' ? cli.sessions.find(server)?.secret : token;
  if (secret === undefined) {
    throw new Problem(
      `nobody is signed in at ${server}`,
      'run `npx modelward sign-in --name NAME`, or set MODELWARD_TOKEN to a personal access token',
    );
  }
  return createClient({ server, secret });
}

/** The server as nobody, for what is done before there is a credential. */
export function connectAsNobody(cli: Cli, command: Command): Client {
  return createClient({ server: serverOf(cli, command) });
}

type List<Row> = {
  readonly rows: readonly Row[];
  readonly headings: readonly string[];
  readonly cells: (row: Row) => readonly string[];
  /** Said instead of an empty table. */
  readonly none: string;
};

/** A list as a table, or with `--json` as it came. */
export function printList<Row>(cli: Cli, command: Command, { rows, headings, cells, none }: List<Row>): void {
  if (command.opts<{ json?: boolean }>().json === true) cli.print(JSON.stringify(rows, undefined, 2));
  else if (rows.length === 0) cli.note(none);
  else for (const line of table(headings, rows.map(cells))) cli.print(line);
}

export const jsonOption = ['--json', 'print JSON instead of a table'] as const;
