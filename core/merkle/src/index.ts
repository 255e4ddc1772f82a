/** Merkle: the hashing, tiles, notes and checkpoints of a C2SP tlog-tiles log, and its verification. Keeps no files and no keys. */
export { decodeBundle, encodeBundle, largestEntryBytes } from './bundle.ts';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
export { hashBytes, leafHash, rootOf, type Sha256 } from './hashing.ts';
export {
  formatVerifierKey,
  type NoteKey,
  openNote,
  parseVerifierKey,
  type Sign,
  signNote,
  type Verify,
} from './note.ts';
export { levelsOf, parseTilePath, type Tile, tilePath, tilesAt, tileWidth } from './tiles.ts';
export { createTreeEdge, type TreeEdge } from './tree.ts';
export {
  describeCheckpoint,
  describeLogFlaw,
  type LogFlaw,
  type ReadLogFile,
  readCheckpoint,
  verifyLog,
} from './verify-log.ts';
