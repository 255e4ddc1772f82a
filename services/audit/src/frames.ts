import { crc32 } from 'node:zlib';

/*
 * The write-ahead segment's form: frames of {mark, kind, length, place of the group, checksum of the payload, checksum of
 * the head, payload} in a file of zeros. A group of entry frames ends with the frame of the checkpoint that covers them; a
 * group is one write and one sync, and only what stands before a checkpoint was ever answered for.
 */

const mark = 0x4d574652;
const headBytes = 21;
/** What a disk writes whole or not at all. */
const sectorBytes = 512;

/** `sealed` frames are personal values that belong to the entries of their group. */
type FrameKind = 'entry' | 'sealed' | 'checkpoint';
export type Frame = { readonly kind: FrameKind; readonly payload: Uint8Array };

/** What one group brought: its entries, and the note of the checkpoint that covers them. */
export type Group = {
  readonly entries: readonly Uint8Array[];
  readonly sealed: readonly Uint8Array[];
  readonly note: Uint8Array;
};

const codes: Record<FrameKind, number> = { entry: 1, checkpoint: 2, sealed: 3 };
const kinds = new Map<number, FrameKind>([
  [1, 'entry'],
  [2, 'checkpoint'],
  [3, 'sealed'],
]);

/** The room that a payload of this length takes. */
export function frameBytes(payloadBytes: number): number {
  return headBytes + payloadBytes;
}

/** The bytes of a group that will stand at this place of its segment. */
export function encodeFrames(frames: readonly Frame[], place: number): Buffer {
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, { payload }) => sum + frameBytes(payload.length), 0));
  let at = 0;
  for (const { kind, payload } of frames) {
    bytes.writeUInt32BE(mark, at);
    bytes.writeUInt8(codes[kind], at + 4);
    bytes.writeUInt32BE(payload.length, at + 5);
    bytes.writeUInt32BE(place, at + 9);
    bytes.writeUInt32BE(crc32(payload), at + 13);
    bytes.writeUInt32BE(crc32(bytes.subarray(at, at + 17)), at + 17);
    bytes.set(payload, at + headBytes);
    at += frameBytes(payload.length);
  }
  return bytes;
}

/**
 * The whole groups of a segment. A last group that a crash tore was never answered for and is left out; `damagedAt` is the
 * place of the first byte that no crash explains.
 */
export function readGroups(segment: Buffer): { readonly groups: readonly Group[]; readonly damagedAt?: number } {
  const groups: Group[] = [];
  let entries: Uint8Array[] = [];
  let sealed: Uint8Array[] = [];
  let place = 0;
  let at = 0;
  for (let read = readFrame(segment, at); read?.place === place; read = readFrame(segment, at)) {
    at = read.end;
    if (read.kind !== 'checkpoint') {
      (read.kind === 'entry' ? entries : sealed).push(read.payload);
      continue;
    }
    groups.push({ entries, sealed, note: read.payload });
    entries = [];
    sealed = [];
    place = at;
  }
  return isTorn(segment, { at, place }) ? { groups } : { groups, damagedAt: at };
}

/** The frame that begins here, where its group and where it ends, or undefined when there is no whole one. */
function readFrame(bytes: Buffer, at: number) {
  const head = readHead(bytes, at);
  if (head === undefined || head.end > bytes.length) return undefined;
  const payload = bytes.subarray(at + headBytes, head.end);
  return crc32(payload) === head.checksum ? { ...head, payload } : undefined;
}

function readHead(bytes: Buffer, at: number) {
  if (at + headBytes > bytes.length || bytes.readUInt32BE(at) !== mark) return undefined;
  const kind = kinds.get(bytes.readUInt8(at + 4));
  if (kind === undefined || crc32(bytes.subarray(at, at + 17)) !== bytes.readUInt32BE(at + 17)) return undefined;
  const end = at + headBytes + bytes.readUInt32BE(at + 5);
  return { kind, place: bytes.readUInt32BE(at + 9), checksum: bytes.readUInt32BE(at + 13), end };
}

/** Where no whole frame begins, and where the group began that it would be of. */
type Stop = { readonly at: number; readonly place: number };

/**
 * Whether a crash explains that no whole frame begins here. The file held zeros before, so what a torn write lacks is whole
 * sectors of zeros, anywhere in its group; a byte that changed later leaves none. And a group is only begun when the one
 * before is synced, so nothing of a later group can stand behind the gap.
 */
function isTorn(segment: Buffer, { at, place }: Stop): boolean {
  if (isZero(segment, at, segment.length)) return true;
  const end = readHead(segment, at)?.end ?? at + headBytes;
  return lacksSector(segment, { at, place, end }) && !hasOtherGroupBehind(segment, { at, place });
}

/** Whether one of the sectors of this stretch holds nothing of the group. The first may hold the end of the group before. */
function lacksSector(bytes: Buffer, { at, place, end }: Stop & { end: number }): boolean {
  for (let sector = at - (at % sectorBytes); sector < Math.min(end, bytes.length); sector += sectorBytes) {
    if (isZero(bytes, Math.max(sector, place), Math.min(sector + sectorBytes, bytes.length))) return true;
  }
  return false;
}

function hasOtherGroupBehind(bytes: Buffer, { at, place }: Stop): boolean {
  const pattern = Buffer.alloc(4);
  pattern.writeUInt32BE(mark);
  for (let found = bytes.indexOf(pattern, at); found >= 0; found = bytes.indexOf(pattern, found + 1)) {
    const read = readFrame(bytes, found);
    if (read !== undefined && read.place !== place) return true;
  }
  return false;
}

function isZero(bytes: Buffer, from: number, to: number): boolean {
  return bytes.subarray(from, to).every((byte) => byte === 0);
}
