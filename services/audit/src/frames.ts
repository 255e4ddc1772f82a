import { crc32 } from 'node:zlib';

/*
 * The write-ahead segment's form: frames of {mark, kind, length, checksum, payload}. A group of entry frames ends with the
 * frame of the checkpoint that covers them; only what stands before a checkpoint was ever answered for.
 */

const mark = 0x4d574652;
const headBytes = 13;

export type FrameKind = 'entry' | 'checkpoint';
export type Frame = { readonly kind: FrameKind; readonly payload: Uint8Array };

const codes: Record<FrameKind, number> = { entry: 1, checkpoint: 2 };
const kinds = new Map<number, FrameKind>([
  [1, 'entry'],
  [2, 'checkpoint'],
]);

export function encodeFrames(frames: readonly Frame[]): Buffer {
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, { payload }) => sum + headBytes + payload.length, 0));
  let at = 0;
  for (const { kind, payload } of frames) {
    bytes.writeUInt32BE(mark, at);
    bytes.writeUInt8(codes[kind], at + 4);
    bytes.writeUInt32BE(payload.length, at + 5);
    bytes.set(payload, at + headBytes);
    bytes.writeUInt32BE(crc32(payload, codes[kind]), at + 9);
    at += headBytes + payload.length;
  }
  return bytes;
}

/** The frame that begins here and where it ends, or undefined when there is no whole one. */
export function readFrame(bytes: Buffer, at: number): { readonly frame: Frame; readonly end: number } | undefined {
  if (at + headBytes > bytes.length || bytes.readUInt32BE(at) !== mark) return undefined;
  const code = bytes.readUInt8(at + 4);
  const kind = kinds.get(code);
  const end = at + headBytes + bytes.readUInt32BE(at + 5);
  if (kind === undefined || end > bytes.length) return undefined;
  const payload = bytes.subarray(at + headBytes, end);
  return crc32(payload, code) === bytes.readUInt32BE(at + 9) ? { frame: { kind, payload }, end } : undefined;
}

/** Whether any whole checkpoint frame stands at or after this place: then what is broken before it is no torn end. */
export function hasCheckpointAfter(bytes: Buffer, from: number): boolean {
  const pattern = Buffer.alloc(4);
  pattern.writeUInt32BE(mark);
  for (let at = bytes.indexOf(pattern, from); at >= 0; at = bytes.indexOf(pattern, at + 1)) {
    if (readFrame(bytes, at)?.frame.kind === 'checkpoint') return true;
  }
  return false;
}
