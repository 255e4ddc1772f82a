import { readVerifierKey, sha256, verifyEd25519 } from '@modelward/audit';
import {
  type Checkpoint,
  describeCheckpoint,
  describeLogFlaw,
  proveConsistency,
  verifyConsistency,
  verifyLog,
} from '@modelward/merkle';
import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import { createKnownLogs, type KnownLog, type KnownLogs } from '../known-logs.ts';
import { type LogSource, logInFolder, logOfServer } from '../log-source.ts';
import { Problem } from '../problem.ts';
import { createTally } from '../record-tally.ts';
import { readConfig } from './config.ts';

type Options = { readonly folder?: string; readonly key?: string; readonly config?: string };

export function addVerify(audit: Command, cli: Cli): void {
  audit
    .command('verify')
    .description('check every entry, every tile and the signature: of the server, or of files')
    .option('--folder <folder>', 'the published files of a record, instead of the server')
    .option('--key <key>', 'the verifier key, as you have it from elsewhere')
    .option('--config <file>', 'with --folder: the configuration that says where the keys are')
    .addHelpText(
      'after',
      '\nWithout --key it is the one of the last look; else the keys here (--folder) or what the server says of itself.',
    )
    .action(async (options: Options, command: Command) => {
      const source = options.folder === undefined ? logOfServer(connect(cli, command)) : logInFolder(options.folder);
      const knownLogs = createKnownLogs(cli.env);
      const origin = await source.origin();
      const known = knownLogs.find(origin);
      const key = options.key ?? known?.verifierKey ?? (await unknownKey(source, { origin, options, cli }));
      const checkpoint = await verify(cli, source, key);
      await compareWithLastLook(source, { checkpoint, known, cli });
      remember(knownLogs, { checkpoint, key });
    });
}

type Unknown = { readonly origin: string; readonly options: Options; readonly cli: Cli };

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

async function verify(cli: Cli, source: LogSource, verifierKey: string): Promise<Checkpoint> {
  const tally = createTally();
  const { read } = source;
  const verified = await verifyLog({ read, verifierKey, sha256, verify: verifyEd25519, onEntry: tally.see });
  if (!verified.ok) throw broken(source, describeLogFlaw(verified.reason));
  cli.print(`verified: ${describeCheckpoint(verified.value)}`);
  for (const line of tally.lines()) cli.print(`  ${line}`);
  cli.print(
    '  independent witnesses: 0; whoever holds the files and keys of the server could have rewritten all of it',
  );
  return verified.value;
}

function broken({ place }: LogSource, flaw: string): Problem {
  return new Problem(
    `the record of ${place} is not whole: ${flaw}`,
    'keep these files as they are, compare them with the last backup, and find out who could write there',
  );
}

type Looks = { readonly checkpoint: Checkpoint; readonly known: KnownLog | undefined; readonly cli: Cli };

/** Entries that were there at the last look are there still, unchanged: a rewritten or older log cannot show that. */
async function compareWithLastLook(source: LogSource, { checkpoint, known, cli }: Looks): Promise<void> {
  if (known === undefined || known.size === 0) return;
  if (known.size > checkpoint.size) {
    throw broken(source, `it has ${checkpoint.size} entries, and had ${known.size} at your last look`);
  }
  const { size, root } = checkpoint;
  const proof = await proveConsistency({ read: source.read, sha256, oldSize: known.size, size });
  const oldRoot = Buffer.from(known.root, 'base64');
  const goesOn =
    proof.ok && verifyConsistency(sha256, { oldSize: known.size, oldRoot, size, root, proof: proof.value });
  if (!goesOn) throw broken(source, `its first ${known.size} entries are not those of your last look`);
  cli.print(`  it goes on from your last look, at ${known.size} entries`);
}

function remember(knownLogs: KnownLogs, { checkpoint, key }: { checkpoint: Checkpoint; key: string }): void {
  const { origin, size, root } = checkpoint;
  knownLogs.save(origin, { verifierKey: key, size, root: Buffer.from(root).toString('base64') });
}
