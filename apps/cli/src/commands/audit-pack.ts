import { existsSync } from 'node:fs';
import { exportRow } from '@modelward/audit';
import type { AuditEntry } from '@modelward/contract';
import {
  type Checkpoint,
  describeCheckpoint,
  describeLogFlaw,
  formatTlogProof,
  parseTlogProof,
  proveEntry,
  verifyLog,
} from '@modelward/merkle';
import { type KnownWitness, knownWitnesses } from '@modelward/server';
import type { Command } from 'commander';
import { type Cli, connect } from '../cli.ts';
import { createEvidence, type Evidence, explain } from '../evidence.ts';
import { addLogOptions, broken, type LogOptions, openLog, type TrustedLog } from '../log-trust.ts';
import { Problem } from '../problem.ts';
import { readTime } from '../read-time.ts';
import { createTally } from '../record-tally.ts';
import { reportWitnesses } from '../witness-report.ts';
import { readConfig } from './config.ts';

type Options = LogOptions & {
  readonly since?: string;
  readonly until?: string;
  readonly witness?: readonly string[];
  readonly withRecord?: boolean;
};

export function addPack(audit: Command, cli: Cli): void {
  const command = audit
    .command('pack')
    .description(
      'evidence for an auditor, as a new folder: the entries of a period, checkpoints, cosignatures, what was verified',
    )
    .argument('<folder>', 'a new folder')
    .option('--since <time>', 'such as `2026-11-01`; the first entry when absent')
    .option('--until <time>', 'before this moment; now when absent')
    .option('--witness <key...>', 'the key of a witness that must have cosigned')
    .option('--with-record', 'also the published files of the whole log, for verifiers that are not ours');
  addLogOptions(command).action(async (folder: string, options: Options, self: Command) => {
    if (existsSync(folder)) throw new Problem(`\`${folder}\` is there already`, 'name a new folder', 2);
    await pack({ cli, command: self, folder, options });
  });
}

type Packing = { readonly cli: Cli; readonly command: Command; readonly folder: string; readonly options: Options };

async function pack({ cli, command, folder, options }: Packing): Promise<void> {
  const log = await openLog(cli, command);
  const evidence = createEvidence(folder);
  const collected = createPeriod(await log.source.origin(), options);
  const tally = createTally();
  const read = async (path: string) => {
    const bytes = await log.source.read(path);
    if (options.withRecord === true && bytes !== undefined) evidence.write(`record/${path}`, bytes);
    return bytes;
  };
  const onEntry = (bytes: Uint8Array, index: number) => {
    tally.see(bytes, index);
    collected.see(bytes, index);
  };
  const verified = await verifyLog({ read, ...log.trust, onEntry });
  if (!verified.ok) throw broken(log.source, describeLogFlaw(verified.reason));
  const { first, last, rows } = collected.found();
  if (first === undefined || last === undefined)
    throw new Problem('no entry is of that period', 'give another --since or --until');
  await claim({ cli, command, options }, first, last);
  const offered = await offeredBy(cli, log, options);
  const witnesses = await reportWitnesses(log, { named: options.witness ?? [], offered });
  const period = `entries ${first} to ${last}`;
  writeKeys(evidence, { log, offered, named: options.witness ?? [] });
  evidence.write('checkpoint', (await log.source.read('checkpoint')) ?? '');
  evidence.write('entries.jsonl', rows.map((row) => `${row}\n`).join(''));
  await writeProof(evidence, log, { name: 'first.tlog-proof', index: first });
  await writeProof(evidence, log, { name: 'last.tlog-proof', index: last });
  const report = [...reportLines(verified.value, period), ...tally.lines(), ...witnesses];
  evidence.write('report.txt', `${report.join('\n')}\n`);
  evidence.write('README.txt', explain({ origin: verified.value.origin, period }));
  evidence.seal();
  cli.print(`${folder}: ${period} of ${verified.value.origin}, ${rows.length} in all`);
}

/** The entries of the period, in order, as rows that carry index and leaf hash. */
function createPeriod(origin: string, { since, until }: Options) {
  const fromMs = since === undefined ? Number.NEGATIVE_INFINITY : readTime(since);
  const untilMs = until === undefined ? Number.POSITIVE_INFINITY : readTime(until);
  const rows: string[] = [];
  let [first, last]: [number | undefined, number | undefined] = [undefined, undefined];
  return {
    see(bytes: Uint8Array, index: number): void {
      const { time } = JSON.parse(new TextDecoder().decode(bytes)) as AuditEntry;
      const timeMs = Date.parse(time);
      if (timeMs < fromMs || timeMs >= untilMs) return;
      first ??= index;
      last = index;
      rows.push(exportRow({ bytes, index }, { origin, format: 'jsonl' }));
    },
    found: () => ({ first, last, rows }),
  };
}

/** With --folder nobody is asked: who packs has the files already. */
async function claim({ cli, command, options }: Omit<Packing, 'folder'>, first: number, last: number): Promise<void> {
  if (options.folder !== undefined) return;
  await connect(cli, command).call('audit.export', { from: first, until: last + 1, format: 'pack', to: 'file' });
}

async function offeredBy(cli: Cli, { source }: TrustedLog, { config }: Options): Promise<readonly KnownWitness[]> {
  if (source.offeredWitnesses !== undefined) return source.offeredWitnesses();
  return knownWitnesses(readConfig(cli, config), await source.origin());
}

type Keys = { readonly log: TrustedLog; readonly offered: readonly KnownWitness[]; readonly named: readonly string[] };

function writeKeys(evidence: Evidence, { log, offered, named }: Keys): void {
  evidence.write('log.vkey', `${log.trust.verifierKey}\n`);
  const lines = [
    ...offered.map(({ key, place }) => `${key} ${place}`),
    ...named.map((key) => `${key} named by whoever packed`),
  ];
  evidence.write('witnesses.txt', lines.map((line) => `${line}\n`).join(''));
}

type Proof = { readonly name: string; readonly index: number };

async function writeProof(evidence: Evidence, { source, trust }: TrustedLog, { name, index }: Proof): Promise<void> {
  const checkpoint = (await source.read('checkpoint')) ?? new Uint8Array(0);
  const proven = await proveEntry({ read: source.read, ...trust, checkpoint, index });
  if (!proven.ok) throw broken(source, describeLogFlaw(proven.reason));
  const parts = parseTlogProof(proven.value.proof);
  if (parts !== undefined) evidence.write(name, formatTlogProof({ ...parts, extra: proven.value.entry }));
}

function reportLines(checkpoint: Checkpoint, period: string): readonly string[] {
  return [
    `made ${new Date().toISOString()} by modelward audit pack`,
    `verified: ${describeCheckpoint(checkpoint)}: every entry, every tile, the root and the signature`,
    `packed: ${period}`,
  ];
}
