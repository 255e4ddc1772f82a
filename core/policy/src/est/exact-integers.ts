import { type Long, toLong } from '../values/long.ts';
import { tokensOf } from './tokens.ts';

/**
 * The wasm hands policies out through JSON numbers, which are exact only up to 2^53, and policies may count further.
 * So each larger literal is replaced by a small number that the text does not hold otherwise, and put back afterwards.
 */
export type ExactIntegers = {
  /** What the wasm is to be given instead of the text. */
  readonly text: string;
  /** The integer of the text that a number of the JSON form stands for; undefined where that is not certain. */
  readonly restore: (value: number | bigint) => Long | undefined;
};

export function exactIntegers(text: string): ExactIntegers {
  const digits = tokensOf(text).filter(({ kind }) => kind === 'integer');
  const large = digits.filter((token) => !Number.isSafeInteger(Number(token.text)));
  if (large.length === 0) return { text, restore: safely };
  const taken = new Set(digits.map((token) => Number(token.text)));
  const standIns = new Map<number, bigint>();
  let replaced = '';
  let from = 0;
  let next = 1_000_000_007;
  for (const token of large) {
    while (taken.has(next)) next += 1;
    standIns.set(next, BigInt(token.text));
    replaced += text.slice(from, token.start) + String(next);
    from = token.end;
    next += 1;
  }
  return {
    text: replaced + text.slice(from),
    restore: (value) => {
      // A literal that is negated by one sign comes as one negative number.
      const original = standIns.get(Math.abs(Number(value)));
      if (original === undefined) return safely(value);
      return toLong(Number(value) < 0 ? -original : original);
    },
  };
}

function safely(value: number | bigint): Long | undefined {
  if (typeof value === 'bigint') return toLong(value);
  return Number.isSafeInteger(value) ? value : undefined;
}
