/** Merkle: the hashing, tiles, notes, proofs and checkpoints of a C2SP tlog-tiles log, and its verification. Keeps no files and no keys. */
export {
  type AddCheckpoint,
  formatAddCheckpoint,
  largestAddCheckpointBytes,
  parseAddCheckpoint,
} from './add-checkpoint.ts';
export { decodeBundle, encodeBundle, largestEntryBytes } from './bundle.ts';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
export {
  addCosignatures,
  type Cosignature,
  cosign,
  formatWitnessKey,
  parseWitnessKey,
  readCosignatures,
} from './cosignature.ts';
export { hashBytes, leafHash, rootOf, type Sha256 } from './hashing.ts';
export { describeCheckpoint, describeLogFlaw, type LogFlaw } from './log-flaws.ts';
export {
  formatVerifierKey,
  openNote,
  type ParsedNote,
  parseNote,
  parseVerifierKey,
  type Sign,
  signNote,
  type Verify,
} from './note.ts';
export type { NoteKey } from './note-keys.ts';
export { type CheckpointTrust, openCheckpoint } from './open-checkpoint.ts';
export {
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './proofs.ts';
export { proveConsistency, proveEntry, proveInclusion } from './prove.ts';
export type { ReadLogFile } from './tile-hashes.ts';
export { levelsOf, parseTilePath, type Tile, tilePath, tilesAt, tileWidth } from './tiles.ts';
export {
  describeTlogProofFlaw,
  formatTlogProof,
  parseTlogProof,
  type TlogProof,
  verifyTlogProof,
} from './tlog-proof.ts';
export { createTreeEdge, type TreeEdge } from './tree.ts';
export { readCheckpoint, verifyLog } from './verify-log.ts';
export { type WitnessAnswer, type Witnessed, type WitnessedLog, witnessStep } from './witness-step.ts';
