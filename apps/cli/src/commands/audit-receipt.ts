import { writeFileSync } from 'node:fs';
import {
  describeCheckpoint,
  describeLogFlaw,
  describeTlogProofFlaw,
  formatTlogProof,
  parseCheckpoint,
  parseTlogProof,
  proveEntry,
  verifyTlogProof,
} from '@modelward/merkle';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { readGivenFile } from '../given-file.ts';
import { createKnownLogs } from '../known-logs.ts';
import { addLogOptions, broken, openLog, trustOf } from '../log-trust.ts';
import { Problem } from '../problem.ts';
import { plain } from '../table.ts';

export function addReceipt(audit: Command, cli: Cli): void {
  const receipt = audit
    .command('receipt')
    .description('one entry with its proof, as a file that anybody with the key of the log verifies offline')
    .argument('<index>', 'as `Modelward-Receipt` and `audit tail` say it')
    .option('--out <file>', 'where it is written; receipt-INDEX.tlog-proof when absent');
  addLogOptions(receipt).action(async (text: string, options: { out?: string }, command: Command) => {
    const index = readIndex(text);
    const file = options.out ?? `receipt-${index}.tlog-proof`;
    const { origin, size } = await writeReceipt({ cli, command, index, file });
    cli.print(`${file}: entry ${index} of ${origin}, proven under the checkpoint at ${size} entries`);
  });
}

type Wanted = { readonly cli: Cli; readonly command: Command; readonly index: number; readonly file: string };

async function writeReceipt({ cli, command, index, file }: Wanted): Promise<{ origin: string; size: number }> {
  const { source, trust } = await openLog(cli, command);
  const checkpoint = (await source.read('checkpoint')) ?? new Uint8Array(0);
  const proven = await proveEntry({ read: source.read, ...trust, checkpoint, index });
  if (!proven.ok && proven.reason.reason === 'no-such-entry')
    throw new Problem(
      describeLogFlaw(proven.reason),
      'an entry is published within a second; try again, or correct the index',
    );
  if (!proven.ok) throw broken(source, describeLogFlaw(proven.reason));
  const { entry, proof } = proven.value;
  const parts = parseTlogProof(proof);
  if (parts === undefined) throw new Error('the proof that was just made cannot be read');
  // The entry itself travels in the extra line. Nothing covers that line, but the proof leads from this entry or it does not.
  writeFileSync(file, formatTlogProof({ ...parts, extra: entry }), { mode: 0o600 });
  return parseCheckpoint(textOf(checkpoint)) ?? { origin: '', size: 0 };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function readIndex(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Problem(
    `\`${text}\` is no index of an entry`,
    'give the whole number that the receipt of an answer names',
    2,
  );
}

export function addVerifyReceipt(audit: Command, cli: Cli): void {
  audit
    .command('verify-receipt')
    .description('check a receipt offline: that the log with this key holds the entry')
    .argument('<file>', 'as `audit receipt` wrote it')
    .option('--key <key>', 'the verifier key of the log; that of the last look when absent')
    .action((file: string, options: { key?: string }) => {
      const bytes = readGivenFile(file, 'a receipt');
      const proof = parseTlogProof(bytes);
      const checkpoint = proof && parseCheckpoint(textOf(proof.checkpoint));
      if (proof === undefined || checkpoint === undefined)
        throw new Problem(
          `\`${file}\` is no receipt: ${describeTlogProofFlaw({ reason: 'proof-malformed' })}`,
          'name a file that `audit receipt` wrote',
          2,
        );
      if (proof.extra === undefined)
        throw new Problem(
          `\`${file}\` proves an entry that is not in it`,
          'make it with `modelward audit receipt`, which puts the entry in',
        );
      const key = options.key ?? createKnownLogs(cli.env).find(checkpoint.origin)?.verifierKey;
      if (key === undefined)
        throw new Problem(
          `the key of ${checkpoint.origin} is not known here`,
          'give it with --key, as you have it from whoever runs the server',
          2,
        );
      const verified = verifyTlogProof({ file: bytes, entry: proof.extra, ...trustOf(key) });
      if (!verified.ok)
        throw new Problem(
          `the receipt is false: ${describeTlogProofFlaw(verified.reason)}`,
          'ask whoever gave it to you for a whole one',
        );
      cli.print(`verified: entry ${proof.index} of ${describeCheckpoint(verified.value.checkpoint)}`);
      cli.print(plain(textOf(proof.extra)));
    });
}
