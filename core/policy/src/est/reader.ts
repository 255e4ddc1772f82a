import { limits } from '../limits.ts';
import type { Long } from '../values/long.ts';
import type { ExactIntegers } from './exact-integers.ts';

type Fields<Name extends string, Optional extends string> = Record<Name, unknown> & Partial<Record<Optional, unknown>>;

/** Collects what is wrong with a JSON form while it is read; what is returned in place of a flaw is never used. */
export type Reader = ReturnType<typeof createReader>;

export function createReader(integers: ExactIntegers) {
  const flaws: string[] = [];
  let depth = 0;

  const flaw = <Instead>(instead: Instead, message: string): Instead => {
    flaws.push(`this version of the engine does not know ${message}`);
    return instead;
  };

  /** Exactly these members. One more could change what the others mean. */
  const members = <Name extends string, Optional extends string = never>(
    json: unknown,
    names: readonly Name[],
    optional: readonly Optional[] = [],
  ): Fields<Name, Optional> => {
    const given = entries(json);
    const known: readonly string[] = [...names, ...optional];
    const isWhole = names.every((name) => given.some(([key]) => key === name));
    const found = Object.fromEntries(given.filter(([key]) => known.includes(key))) as Fields<Name, Optional>;
    return isWhole && given.every(([key]) => known.includes(key))
      ? found
      : flaw(found, `a node with the members \`${given.map(([key]) => key).join(', ')}\``);
  };

  const entries = (json: unknown): readonly [string, unknown][] =>
    typeof json === 'object' && json !== null && !Array.isArray(json) ? Object.entries(json) : flaw([], 'this form');

  const nested = <Read>(instead: Read, read: () => Read): Read => {
    if (depth >= limits.expressionDepth) return flaw(instead, `more than ${limits.expressionDepth} levels of nesting`);
    depth += 1;
    const value = read();
    depth -= 1;
    return value;
  };

  return {
    flaws: flaws as readonly string[],
    flaw,
    members,
    entries,
    nested,
    onlyEntry: (json: unknown): readonly [string?, unknown?, ...unknown[]] => {
      const [first, ...more] = entries(json);
      return first === undefined ? [] : [...first, ...more];
    },
    isNode: (json: unknown, name: string): json is Record<string, unknown> =>
      typeof json === 'object' && json !== null && Object.keys(json).length === 1 && Object.hasOwn(json, name),
    text: (json: unknown): string =>
      typeof json === 'string' ? json : flaw('', 'something else where a text belongs'),
    integer: (json: unknown): Long | undefined => {
      if (typeof json !== 'number' && typeof json !== 'bigint') return undefined;
      return integers.restore(json) ?? flaw(0, `the number \`${json}\``);
    },
  };
}
