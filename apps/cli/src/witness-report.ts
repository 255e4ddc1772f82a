import { sha256, verifyEd25519 } from '@modelward/audit';
import {
  type Cosignature,
  describeLogFlaw,
  type NoteKey,
  openCheckpoint,
  parseWitnessKey,
  readCosignatures,
} from '@modelward/merkle';
import type { KnownWitness } from '@modelward/server';
import { broken, type TrustedLog } from './log-trust.ts';
import { Problem } from './problem.ts';
import { moment, plain } from './table.ts';

type Witnesses = {
  /** Whom the auditor named: only these count as independent, for nobody else can say so. */
  readonly named: readonly string[];
  /** Whom the server, or its configuration, says that it asks. */
  readonly offered: readonly KnownWitness[];
};

type Signed = (keys: readonly NoteKey[]) => readonly Cosignature[];

/** Who has cosigned the checkpoint that was verified, and what that leaves open, in lines for people. */
export async function reportWitnesses(
  { source, trust }: TrustedLog,
  { named, offered }: Witnesses,
): Promise<readonly string[]> {
  const note = (await source.read('checkpoint')) ?? new Uint8Array(0);
  const opened = openCheckpoint(note, trust);
  if (!opened.ok) throw broken(source, describeLogFlaw(opened.reason));
  const signed: Signed = (keys) => {
    const read = readCosignatures(opened.value.note, { witnesses: keys, verify: verifyEd25519, sha256 });
    if (read.ok) return read.value;
    throw broken(source, 'a cosignature under its checkpoint is false');
  };
  const own = offered.filter(({ place }) => place !== 'elsewhere').map(({ key }) => key);
  const local = signed(own.flatMap((text) => parseWitnessKey(sha256, text) ?? []));
  const independent = named.map((text) => demand(text, { own, signed }));
  const claimed = offered.filter(({ place, key }) => place === 'elsewhere' && !named.includes(key));
  return [localLine(local), independentLine(independent), ...claimed.map(claimedLine)];
}

/** The cosignature of a witness that the auditor named: whoever rewrote the log would leave just this one out. */
function demand(text: string, { own, signed }: { own: readonly string[]; signed: Signed }): Cosignature {
  const key = parseWitnessKey(sha256, text);
  if (key === undefined)
    throw new Problem(`\`${text}\` is no key of a witness`, 'give it as the witness prints it: `name+hash+key`', 2);
  if (own.includes(text))
    throw new Problem(`\`${key.name}\` runs on the machine of the server`, 'name a witness that somebody else runs', 2);
  const [cosignature] = signed([key]);
  if (cosignature !== undefined) return cosignature;
  throw new Problem(
    `the witness \`${key.name}\` has not cosigned this checkpoint`,
    'try again in a few seconds; if that stays, ask whoever runs the witness how far it has cosigned',
  );
}

function localLine(local: readonly Cosignature[]): string {
  const open = 'shows an older state put back, truncation and damage; whoever rewrites the rest rewrites it too';
  return `local witnesses: ${local.length}${local.length === 0 ? '' : `${times(local)}; ${open}`}`;
}

function independentLine(independent: readonly Cosignature[]): string {
  return independent.length === 0
    ? 'independent witnesses: 0; whoever holds the files and keys of the server could have rewritten all of it'
    : `independent witnesses: ${independent.length}${times(independent)}; without them nobody can rewrite these entries, or show others another history`;
}

function claimedLine({ key }: KnownWitness): string {
  const name = plain(key.split('+')[0] ?? '');
  return `the server says that it asks \`${name}\`, which counts with its key from whoever runs it: --witness KEY`;
}

function times(cosignatures: readonly Cosignature[]): string {
  return ` (${cosignatures.map(({ witness, timeSeconds }) => `${plain(witness.name)}, ${moment(timeSeconds * 1000)}`).join('; ')})`;
}
