import { concatBytes, equalBytes, ok, type Result, refused, toBase64 } from '@modelward/basics';
import { decodeBundle } from './bundle.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { hashBytes, type Sha256 } from './hashing.ts';
import { type NoteFlaw, openNote, parseVerifierKey, type Verify } from './note.ts';
import { levelsOf, type Tile, tilePath, tilesAt, tileWidth } from './tiles.ts';
import { createTreeEdge, type TreeEdge } from './tree.ts';

/** Reads one published file of a log, or undefined when there is none. */
export type ReadLogFile = (path: string) => Promise<Uint8Array | undefined>;

export type LogFlaw =
  | {
      readonly reason:
        | NoteFlaw
        | 'verifier-key'
        | 'checkpoint-missing'
        | 'checkpoint-malformed'
        | 'other-origin'
        | 'root';
    }
  | { readonly reason: 'file-missing' | 'file-malformed' | 'file-differs'; readonly path: string };

type Verification = {
  readonly read: ReadLogFile;
  /** `name+hash+key`, as the auditor knows it from elsewhere: a key that comes with the log proves nothing. */
  readonly verifierKey: string;
  readonly sha256: Sha256;
  readonly verify: Verify;
  /** Sees every entry in order. */
  readonly onEntry?: (entry: Uint8Array, index: number) => void;
};

/**
 * Verifies a whole published log: the checkpoint's signature, every entry against every tile, byte for byte, and the root.
 * It cannot see a genuine older state put back, nor a history rewritten by who holds the key: for these, keep checkpoints
 * elsewhere.
 */
export async function verifyLog(log: Verification): Promise<Result<Checkpoint, LogFlaw>> {
  const opened = await readCheckpoint(log);
  if (!opened.ok) return opened;
  const { size, root } = opened.value;
  const edge = createTreeEdge(log.sha256, { size: 0, partials: [] });
  for (const bundle of tilesAt('entries', size)) {
    const flaw = (await takeBundle(log, edge, bundle)) ?? (await compareTiles(log, edge));
    if (flaw !== undefined) return refused(flaw);
    edge.letGo();
  }
  const flaw = await comparePartials(log, edge);
  if (flaw !== undefined) return refused(flaw);
  return equalBytes(edge.root(), root) ? opened : refused({ reason: 'root' });
}

export async function readCheckpoint({
  read,
  verifierKey,
  sha256,
  verify,
}: Omit<Verification, 'onEntry'>): Promise<Result<Checkpoint, LogFlaw>> {
  const key = parseVerifierKey(sha256, verifierKey);
  if (key === undefined) return refused({ reason: 'verifier-key' });
  const note = await read('checkpoint');
  if (note === undefined) return refused({ reason: 'checkpoint-missing' });
  const text = openNote(note, { key, verify, sha256 });
  if (!text.ok) return refused({ reason: text.reason });
  const checkpoint = parseCheckpoint(text.value);
  if (checkpoint === undefined) return refused({ reason: 'checkpoint-malformed' });
  return checkpoint.origin === key.name ? ok(checkpoint) : refused({ reason: 'other-origin' });
}

async function takeBundle({ read, onEntry }: Verification, edge: TreeEdge, bundle: Tile): Promise<LogFlaw | undefined> {
  const path = tilePath(bundle);
  const bytes = await read(path);
  if (bytes === undefined) return { reason: 'file-missing', path };
  const entries = decodeBundle(bytes);
  if (entries?.length !== bundle.width) return { reason: 'file-malformed', path };
  for (const entry of entries) {
    onEntry?.(entry, edge.size());
    edge.append(entry);
  }
  return undefined;
}

/** The full tiles that the last bundle has completed, at every level. */
async function compareTiles(log: Verification, edge: TreeEdge): Promise<LogFlaw | undefined> {
  const size = edge.size();
  for (let level = 0; size % tileWidth ** (level + 1) === 0; level += 1) {
    const flaw = await compareTile(log, edge, { level, index: size / tileWidth ** (level + 1) - 1, width: tileWidth });
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

async function comparePartials(log: Verification, edge: TreeEdge): Promise<LogFlaw | undefined> {
  for (let level = 0; level < levelsOf(edge.size()); level += 1) {
    const last = [...tilesAt(level, edge.size(), Math.floor(edge.size() / tileWidth ** (level + 1)))].at(-1);
    const flaw = last === undefined ? undefined : await compareTile(log, edge, { ...last, level });
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

async function compareTile(
  { read }: Verification,
  edge: TreeEdge,
  tile: Tile & { level: number },
): Promise<LogFlaw | undefined> {
  const path = tilePath(tile);
  const bytes = await read(path);
  if (bytes === undefined) return { reason: 'file-missing', path };
  if (bytes.length !== tile.width * hashBytes) return { reason: 'file-malformed', path };
  return equalBytes(bytes, concatBytes(...edge.hashesOf(tile))) ? undefined : { reason: 'file-differs', path };
}

/** What was wrong, in words for people. */
export function describeLogFlaw(flaw: LogFlaw): string {
  switch (flaw.reason) {
    case 'file-missing':
      return `\`${flaw.path}\` is missing`;
    case 'file-malformed':
      return `\`${flaw.path}\` is not of its form: it was cut or changed`;
    case 'file-differs':
      return `\`${flaw.path}\` does not belong to these entries: it or an entry below it was changed`;
    case 'root':
      return 'the entries do not give the root that the checkpoint signs';
    case 'verifier-key':
      return 'the verifier key is not of the form `name+hash+key`';
    case 'checkpoint-missing':
      return 'there is no checkpoint';
    case 'checkpoint-malformed':
    case 'note-malformed':
      return 'the checkpoint is not of its form';
    case 'note-not-signed':
      return 'the checkpoint is not signed by this key';
    case 'note-bad-signature':
      return 'the signature of the checkpoint is wrong: it was changed, or signed by another key';
    case 'other-origin':
      return 'the checkpoint is of another log';
  }
}

export function describeCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin} at ${size} entries, root ${toBase64(root)}`;
}
