import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import type { BundleFlaw } from './bundle.ts';
import { placeAtByte } from './source-lines.ts';

/** Where the text that Cedar was given stands in its file. */
type Source = { readonly file: string; readonly text: string; readonly line: number };

export function flawOf(error: DetailedError, { file, text, line }: Source): BundleFlaw {
  const [place] = error.sourceLocations ?? [];
  const message = error.help === null ? error.message : `${error.message}; ${error.help}`;
  if (place === undefined) return { file, line, message };
  const found = placeAtByte(text, place.start);
  // The text may begin in the middle of its file: its own first line is the file's, from wherever it begins.
  return { file, line: line - 1 + found.line, column: found.column, message };
}
