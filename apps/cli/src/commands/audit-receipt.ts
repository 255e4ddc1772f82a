import { writeFileSync } from 'node:fs';
import { sha256 } from '@modelward/audit';
import {
  type Cosignature,
  describeCheckpoint,
  describeLogFlaw,
  describeTlogProofFlaw,
  formatTlogProof,
  type NoteKey,
  parseCheckpoint,
  parseTlogProof,
  parseWitnessKey,
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

type Verifying = { readonly key?: string; readonly witness?: readonly string[] };

export function addVerifyReceipt(audit: Command, cli: Cli): void {
  audit
    .command('verify-receipt')
    .description('check a receipt offline: that the log with this key holds the entry')
    .argument('<file>', 'as `audit receipt` wrote it')
    .option('--key <key>', 'the verifier key of the log; that of the last look when absent')
    .option('--witness <key...>', 'the key of a witness that you know from elsewhere; it must have cosigned')
    .action((file: string, options: Verifying) => {
      const { bytes, entry, origin } = readReceipt(file);
      const key = options.key ?? createKnownLogs(cli.env).find(origin)?.verifierKey;
      if (key === undefined)
        throw new Problem(
          `the key of ${origin} is not known here`,
          'give it with --key, as you have it from whoever runs the server',
          2,
        );
      const witnesses = (options.witness ?? []).map(readWitness);
      const verified = verifyTlogProof({ file: bytes, entry, witnesses, ...trustOf(key) });
      if (!verified.ok)
        throw new Problem(
          `the receipt is false: ${describeTlogProofFlaw(verified.reason)}`,
          'ask whoever gave it to you for a whole one',
        );
      const { index, checkpoint, cosignatures } = verified.value;
      for (const witness of witnesses) demandCosignature(witness, cosignatures);
      cli.print(`verified: entry ${index} of ${describeCheckpoint(checkpoint)}`);
      for (const { witness } of cosignatures) cli.print(`  cosigned by ${plain(witness.name)}`);
      cli.print(plain(textOf(entry)));
    });
}

/** What a receipt says before any of it is believed: the entry comes in the line that nothing covers. */
function readReceipt(file: string) {
  const bytes = readGivenFile(file, 'a receipt');
  const proof = parseTlogProof(bytes);
  const checkpoint = proof && parseCheckpoint(textOf(proof.checkpoint));
  if (proof === undefined || checkpoint === undefined)
    throw new Problem(
      `\`${file}\` is no receipt: ${describeTlogProofFlaw({ reason: 'proof-malformed' })}`,
      'name a file that `audit receipt` wrote',
      2,
    );
  if (proof.extra !== undefined) return { bytes, entry: proof.extra, origin: checkpoint.origin };
  throw new Problem(
    `\`${file}\` proves an entry that is not in it`,
    'make it with `modelward audit receipt`, which puts the entry in',
  );
}

function readWitness(text: string): NoteKey {
  const key = parseWitnessKey(sha256, text);
  if (key !== undefined) return key;
  throw new Problem(`\`${text}\` is no key of a witness`, 'give it as the witness prints it: `name+hash+key`', 2);
}

function demandCosignature(witness: NoteKey, cosignatures: readonly Cosignature[]): void {
  if (cosignatures.some((one) => one.witness === witness)) return;
  throw new Problem(
    `the witness \`${witness.name}\` has not cosigned the checkpoint of this receipt`,
    'ask for one that is made under a checkpoint that it has cosigned',
  );
}
