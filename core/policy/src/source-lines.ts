import { utf8 } from '@modelward/basics';

/** The line, counted from 1, that a character of a text lies on. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The same for an offset in UTF-8 bytes, which is how Cedar counts. */
export function lineAtByte(text: string, byteOffset: number): number {
  return utf8(text)
    .subarray(0, byteOffset)
    .reduce((line, byte) => (byte === 0x0a ? line + 1 : line), 1);
}
