import { fromUtf8, utf8 } from '@modelward/basics';

/** The line, counted from 1, that a character of a text lies on. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The same for an offset in UTF-8 bytes, which is how Cedar counts, with the character of the line. Both from 1. */
export function placeAtByte(text: string, byteOffset: number): { readonly line: number; readonly column: number } {
  const before = fromUtf8(utf8(text).subarray(0, byteOffset)) ?? '';
  return { line: lineAt(before, before.length), column: before.length - before.lastIndexOf('\n') };
}
