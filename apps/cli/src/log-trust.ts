import { readVerifierKey, sha256, verifyEd25519 } from '@modelward/audit';
import type { CheckpointTrust } from '@modelward/merkle';
import type { Command } from 'commander';
import { type Cli, connect } from './cli.ts';
import { readConfig } from './commands/config.ts';
import { createKnownLogs, type KnownLog, type KnownLogs } from './known-logs.ts';
import { type LogSource, logInFolder, logOfServer } from './log-source.ts';
import { Problem } from './problem.ts';

export type LogOptions = { readonly folder?: string; readonly key?: string; readonly config?: string };

/** A log to look at, with the key that is believed, and what was true of it at the last look from here. */
export type TrustedLog = {
  readonly source: LogSource;
  readonly trust: CheckpointTrust;
  readonly knownLogs: KnownLogs;
  readonly known: KnownLog | undefined;
};

/** The options of every command that reads a log and believes nothing of it but its key. */
export function addLogOptions(command: Command): Command {
  return command
    .option('--folder <folder>', 'the published files of a record, instead of the server')
    .option('--key <key>', 'the verifier key, as you have it from elsewhere')
    .option('--config <file>', 'with --folder: the configuration that says where the keys are')
    .addHelpText(
      'after',
      '\nWithout --key it is the one of the last look; else the keys here (--folder) or what the server says of itself.',
    );
}

export async function openLog(cli: Cli, command: Command): Promise<TrustedLog> {
  const options = command.opts<LogOptions>();
  const source = options.folder === undefined ? logOfServer(connect(cli, command)) : logInFolder(options.folder);
  const knownLogs = createKnownLogs(cli.env);
  const origin = await source.origin();
  const known = knownLogs.find(origin);
  const verifierKey = options.key ?? known?.verifierKey ?? (await unknownKey(source, { origin, options, cli }));
  return { source, trust: trustOf(verifierKey), knownLogs, known };
}

export function trustOf(verifierKey: string): CheckpointTrust {
  return { verifierKey, sha256, verify: verifyEd25519 };
}

type Unknown = { readonly origin: string; readonly options: LogOptions; readonly cli: Cli };

async function unknownKey(source: LogSource, { origin, options, cli }: Unknown): Promise<string> {
  const offered = await source.offeredKey?.();
  if (offered !== undefined) {
    cli.note('this log was not seen before, and its key comes from the server itself:');
    cli.note(`  ${offered}`);
    cli.note('compare it with the one that the server printed at its start, or give that one with --key');
    return offered;
  }
  const own = readVerifierKey(readConfig(cli, options.config).keyFolder, origin);
  if (own !== undefined) return own;
  throw new Problem(
    'the key of this log is not here',
    'give it with --key, as you have it from whoever runs the server',
    2,
  );
}

export function broken({ place }: LogSource, flaw: string): Problem {
  return new Problem(
    `the record of ${place} is not whole: ${flaw}`,
    'keep these files as they are, compare them with the last backup, and find out who could write there',
  );
}
