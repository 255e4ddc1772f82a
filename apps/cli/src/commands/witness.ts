import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { createWitnessServer, openWitness, sha256 } from '@modelward/audit';
import { type NoteKey, parseVerifierKey } from '@modelward/merkle';
import { lockWitnessFolder } from '@modelward/server';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { Problem } from '../problem.ts';

type Options = {
  readonly folder: string;
  readonly name?: string;
  readonly log: readonly string[];
  readonly host: string;
  readonly port: string;
};

/** `witness`: for another machine than the server's, run by somebody else. */
export function addWitness(program: Command, cli: Cli): void {
  program
    .command('witness')
    .description(
      'run a witness of other logs: it cosigns what goes on from what it saw, and nothing else (C2SP tlog-witness)',
    )
    .requiredOption('--folder <folder>', 'its key and its memory; whoever has both can be it')
    .requiredOption('--log <key...>', 'the verifier keys of the logs that it cosigns')
    .option('--name <name>', 'its name, chosen once: such as the host name that it is reached by')
    .option('--host <host>', 'the address that it listens on', '127.0.0.1')
    .option('--port <port>', 'its port', '8090')
    .action(async (options: Options) => {
      const logs = options.log.map(readLogKey);
      const port = readPort(options.port);
      const lock = lockWitnessFolder(options.folder);
      if (!lock.ok)
        throw new Problem(
          `\`${options.folder}\` is in use${lock.reason === undefined ? '' : ` by process ${lock.reason.pid}`}`,
          'stop that one: two on one memory could each cosign what the other would refuse',
        );
      try {
        await serve(cli, { ...options, port, logs });
      } finally {
        lock.value.release();
      }
    });
}

type Serving = Omit<Options, 'port'> & { readonly port: number; readonly logs: readonly NoteKey[] };

async function serve(cli: Cli, { folder, name, host, port, logs }: Serving): Promise<void> {
  const opening = openWitness({ folder, name: keepName(folder, name), logs, nowMs: Date.now });
  const witness = await opening.catch((fault: Error) => {
    throw new Problem(fault.message, 'look at its folder, and start it again');
  });
  const report = (fault: unknown) => cli.note(fault instanceof Error ? fault.message : String(fault));
  const server = createWitnessServer({ witness, origins: logs.map((log) => log.name), report });
  await listen(server, host, port);
  cli.print(`the witness answers at http://${host}:${port}/add-checkpoint; for modelward.yaml of each server:`);
  cli.print(`record: { witnesses: ["http://${host}:${port} ${witness.key}"] }`);
  cli.print(`for auditors, who should have it from you: ${witness.key}`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  server.close();
  server.closeAllConnections();
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (fault) {
    const { code } = fault as NodeJS.ErrnoException;
    throw new Problem(`cannot listen on ${host}:${port} (${code})`, 'choose another --host or --port');
  }
}

function readLogKey(text: string): NoteKey {
  const key = parseVerifierKey(sha256, text);
  if (key !== undefined) return key;
  throw new Problem(
    `\`${text}\` is no verifier key of a log`,
    'give it as the server prints it at its start: `name+hash+key`',
    2,
  );
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Problem(`\`${text}\` is no port`, 'give a whole number from 1 to 65535', 2);
}

/** The name is part of the key that others know, so it is chosen once. */
function keepName(folder: string, name: string | undefined): string {
  const file = join(folder, 'name');
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  if (kept !== undefined && (name === undefined || name === kept)) return kept;
  if (kept !== undefined)
    throw new Problem(
      `the witness in \`${folder}\` is called \`${kept}\``,
      'leave --name away, or take another --folder',
      2,
    );
  if (name === undefined || !/^[a-z0-9][a-z0-9./-]{0,99}$/i.test(name))
    throw new Problem(
      'a new witness needs a name of letters, digits, `.`, `/` and `-`',
      'give it with --name, such as the host name that it is reached by',
      2,
    );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${name}\n`, { mode: 0o600, flush: true });
  return name;
}
