import type { BundleFile, BundleFlaw } from './bundle.ts';
import { tooDeepAt } from './est/nesting.ts';
import { lineAt } from './source-lines.ts';

/** INVARIANT: no text of a bundle reaches the WebAssembly before this has found nothing. */
export function nestingFlaw({ path, text }: BundleFile): BundleFlaw | undefined {
  const deep = tooDeepAt(text);
  if (deep === undefined) return undefined;
  return {
    file: path,
    line: lineAt(text, deep),
    message: 'this nests deeper than is allowed; take it apart into several conditions, policies or types',
  };
}
