import { ok, type Result, refused } from '@modelward/basics';
import type { BundleFile, BundleFlaw } from '@modelward/policy';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/** Where in a file something was written, by the keys and numbers that lead there. */
type PlaceOf = (path: readonly PropertyKey[]) => { readonly line: number; readonly column: number };

export type ReadYaml<Value> = { readonly value: Value; readonly placeOf: PlaceOf };

const largest = 1_000_000;

/** A YAML file of one shape, or everything in it that is otherwise. No aliases: a small file must not become a large value. */
export function readYaml<Value>(
  { path: file, text }: BundleFile,
  shape: z.ZodType<Value>,
): Result<ReadYaml<Value>, readonly BundleFlaw[]> {
  if (text.length > largest) return refused([{ file, message: `a file of tests has at most ${largest} characters` }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', uniqueKeys: true, strict: true, lineCounter: lines });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    return refused([{ file, line, column: col, message: problem.message.split('\n')[0] ?? 'this is no YAML' }]);
  }
  const placeOf: PlaceOf = (path) => {
    // What is missing has no place of its own: the nearest that is there has.
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) {
        const { line, col } = lines.linePos(node.range[0]);
        return { line, column: col };
      }
    }
    return { line: 1, column: 1 };
  };
  const parsed = shape.safeParse(plainValue(document));
  if (parsed.success) return ok({ value: parsed.data, placeOf });
  return refused(
    parsed.error.issues.map(({ path, message }) => ({
      file,
      ...placeOf(path),
      message: `${path.join('.')}: ${message}`,
    })),
  );
}

function plainValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch {
    return undefined;
  }
}
