import { ok, type Result, refused } from '@modelward/basics';
import { decodeBundle } from './bundle.ts';
import { leafHash, type Sha256 } from './hashing.ts';
import type { FileFlaw, LogFlaw } from './log-flaws.ts';
import type { Verify } from './note.ts';
import { openCheckpoint } from './open-checkpoint.ts';
import { consistencyRanges, inclusionRanges, type LeafRange, verifyInclusion } from './proofs.ts';
import { type ReadLogFile, readTileHashes, type TileHashes } from './tile-hashes.ts';
import { tilePath, tileWidth } from './tiles.ts';
import { formatTlogProof } from './tlog-proof.ts';

type Source = {
  readonly read: ReadLogFile;
  readonly sha256: Sha256;
  /** The size that tiles are published for, when it is larger than the one that is proven against. */
  readonly publishedSize?: number;
};
type Proof = Result<readonly Uint8Array[], LogFlaw>;

/** The inclusion proof of one entry, from the published tiles. Whether they are right shows when it is verified. */
export async function proveInclusion(
  source: Source & { readonly index: number; readonly size: number },
): Promise<Proof> {
  const { index, size } = source;
  if (!isCount(index) || !isCount(size) || index >= size) return refused({ reason: 'no-such-entry', size });
  return hashesOf(tilesOf(source), inclusionRanges(index, size));
}

/** The consistency proof between two sizes, from the published tiles. From size 0, and between equal sizes, it is empty. */
export async function proveConsistency(
  source: Source & { readonly oldSize: number; readonly size: number },
): Promise<Proof> {
  const { oldSize, size } = source;
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return refused({ reason: 'older-than-trusted' });
  return oldSize === 0 ? ok([]) : hashesOf(tilesOf(source), consistencyRanges(oldSize, size));
}

export type ProvenEntry = {
  readonly entry: Uint8Array;
  /** The tlog-proof file: with the entry and the log's key, all that an auditor needs, offline. */
  readonly proof: Uint8Array;
};

/** One entry with its proof under a signed checkpoint, verified before it is handed out: a damaged log makes no receipts. */
export async function proveEntry(
  log: Source & {
    readonly index: number;
    /** The checkpoint that is proven against, with all its signatures. */
    readonly checkpoint: Uint8Array;
    readonly verifierKey: string;
    readonly verify: Verify;
  },
): Promise<Result<ProvenEntry, LogFlaw>> {
  const opened = openCheckpoint(log.checkpoint, log);
  if (!opened.ok) return opened;
  const { size, root } = opened.value.checkpoint;
  const hashes = await proveInclusion({ ...log, size });
  if (!hashes.ok) return hashes;
  const read = await readEntry(log.read, log.index, Math.max(size, log.publishedSize ?? size));
  if (!read.ok) return read;
  const { entry, path } = read.value;
  const leaf = leafHash(log.sha256, entry);
  if (!verifyInclusion(log.sha256, { leaf, index: log.index, size, proof: hashes.value, root }))
    return refused({ reason: 'file-differs', path });
  return ok({ entry, proof: formatTlogProof({ ...log, hashes: hashes.value }) });
}

async function readEntry(
  read: ReadLogFile,
  index: number,
  size: number,
): Promise<Result<{ entry: Uint8Array; path: string }, FileFlaw>> {
  const bundle = Math.floor(index / tileWidth);
  const width = Math.min(tileWidth, size - bundle * tileWidth);
  const path = tilePath({ level: 'entries', index: bundle, width });
  const bytes = (await read(path)) ?? (await read(tilePath({ level: 'entries', index: bundle, width: tileWidth })));
  if (bytes === undefined) return refused({ reason: 'file-missing', path });
  const entry = decodeBundle(bytes)?.[index - bundle * tileWidth];
  return entry === undefined ? refused({ reason: 'file-malformed', path }) : ok({ entry, path });
}

function tilesOf({ size, publishedSize = size, ...source }: Source & { readonly size: number }): TileHashes {
  return readTileHashes({ ...source, size: Math.max(size, publishedSize) });
}

async function hashesOf(tiles: TileHashes, ranges: readonly LeafRange[]): Promise<Proof> {
  const hashes: Uint8Array[] = [];
  for (const range of ranges) {
    const hash = await tiles.hashOf(range);
    if (!hash.ok) return hash;
    hashes.push(hash.value);
  }
  return ok(hashes);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
