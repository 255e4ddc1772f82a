import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import type { BundleFlaw } from './bundle.ts';
import { lineAtByte } from './source-lines.ts';

/** Where the text that Cedar was given stands in its file. */
type Source = { readonly file: string; readonly text: string; readonly line: number };

export function flawOf(error: DetailedError, source: Source): BundleFlaw {
  const [place] = error.sourceLocations ?? [];
  const message = error.help === null ? error.message : `${error.message}; ${error.help}`;
  if (place === undefined) return { file: source.file, line: source.line, message };
  return { file: source.file, line: source.line - 1 + lineAtByte(source.text, place.start), message };
}
