import { writeFileSync } from 'node:fs';
import {
  type Checkpoint,
  describeCheckpoint,
  describeLogFlaw,
  openCheckpoint,
  proveConsistency,
  verifyConsistency,
  verifyLog,
} from '@modelward/merkle';
import { type KnownWitness, knownWitnesses } from '@modelward/server';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { readGivenFile } from '../given-file.ts';
import { addLogOptions, broken, type LogOptions, openLog, type TrustedLog } from '../log-trust.ts';
import { Problem } from '../problem.ts';
import { createTally } from '../record-tally.ts';
import { reportWitnesses } from '../witness-report.ts';
import { readConfig } from './config.ts';

type Options = { readonly since?: string; readonly save?: string; readonly witness?: readonly string[] };

export function addVerify(audit: Command, cli: Cli): void {
  const verify = audit
    .command('verify')
    .description('check every entry, every tile and the signature: of the server, or of files')
    .option(
      '--since <file>',
      'a checkpoint of this log that you kept: only what came after it is read, and must go on from it',
    )
    .option('--witness <key...>', 'the key of a witness that you know from elsewhere; it must have cosigned')
    .option('--save <file>', 'keep the checkpoint that was verified, for the next --since');
  addLogOptions(verify).action(async ({ since, save, witness = [] }: Options, command: Command) => {
    const log = await openLog(cli, command);
    const trusted = since === undefined ? undefined : readTrusted(since, log);
    const checkpoint = await verifyAll(cli, log, trusted);
    const witnesses = { named: witness, offered: await offeredWitnesses(cli, log, command) };
    for (const line of await reportWitnesses(log, witnesses)) cli.print(`  ${line}`);
    await compareWithLastLook(cli, log, checkpoint);
    remember(log, checkpoint);
    if (save !== undefined) await saveCheckpoint(log, save);
  });
}

/** A kept checkpoint, signed by this log: what it covers is believed, and not read again. */
function readTrusted(file: string, { trust }: TrustedLog): Checkpoint {
  const opened = openCheckpoint(readGivenFile(file, 'a checkpoint'), trust);
  if (opened.ok) return opened.value.checkpoint;
  throw new Problem(
    `\`${file}\` is no checkpoint of this log: ${describeLogFlaw(opened.reason)}`,
    'name one that you kept with --save, or leave --since away',
    2,
  );
}

async function verifyAll(
  cli: Cli,
  { source, trust }: TrustedLog,
  trusted: Checkpoint | undefined,
): Promise<Checkpoint> {
  const tally = createTally();
  const since = trusted === undefined ? {} : { trusted };
  const verified = await verifyLog({ read: source.read, ...trust, ...since, onEntry: tally.see });
  if (!verified.ok) throw broken(source, describeLogFlaw(verified.reason));
  cli.print(`verified: ${describeCheckpoint(verified.value)}`);
  if (trusted !== undefined)
    cli.print(`  it goes on from the checkpoint that you kept, at ${trusted.size} entries; those were not read again`);
  for (const line of tally.lines()) cli.print(`  ${line}`);
  return verified.value;
}

/** For files, those of the configuration here, where it is of the server that wrote them. */
async function offeredWitnesses(cli: Cli, { source }: TrustedLog, command: Command): Promise<readonly KnownWitness[]> {
  if (source.offeredWitnesses !== undefined) return source.offeredWitnesses();
  return knownWitnesses(readConfig(cli, command.opts<LogOptions>().config), await source.origin());
}

/** Entries that were there at the last look are there still, unchanged: a rewritten or older log cannot show that. */
async function compareWithLastLook(
  cli: Cli,
  { source, trust, known }: TrustedLog,
  checkpoint: Checkpoint,
): Promise<void> {
  if (known === undefined || known.size === 0) return;
  if (known.size > checkpoint.size) {
    throw broken(source, `it has ${checkpoint.size} entries, and had ${known.size} at your last look`);
  }
  const { size, root } = checkpoint;
  const proof = await proveConsistency({ read: source.read, sha256: trust.sha256, oldSize: known.size, size });
  const oldRoot = Buffer.from(known.root, 'base64');
  const goesOn =
    proof.ok && verifyConsistency(trust.sha256, { oldSize: known.size, oldRoot, size, root, proof: proof.value });
  if (!goesOn) throw broken(source, `its first ${known.size} entries are not those of your last look`);
  cli.print(`  it goes on from your last look, at ${known.size} entries`);
}

function remember({ knownLogs, trust }: TrustedLog, { origin, size, root }: Checkpoint): void {
  knownLogs.save(origin, { verifierKey: trust.verifierKey, size, root: Buffer.from(root).toString('base64') });
}

async function saveCheckpoint({ source }: TrustedLog, file: string): Promise<void> {
  const note = await source.read('checkpoint');
  if (note !== undefined) writeFileSync(file, note);
}
