import { Failure } from './value.ts';

/**
 * A 64-bit integer. INVARIANT: a number wherever a number is exact and a bigint everywhere else, so that equal values are
 * equal under `===` and in a `Set`.
 */
export type Long = number | bigint;

const lowest = -(2n ** 63n);
const highest = 2n ** 63n - 1n;

/** Undefined for what 64 bits do not hold. */
export function toLong(value: bigint): Long | undefined {
  if (value < lowest || value > highest) return undefined;
  const short = Number(value);
  return Number.isSafeInteger(short) ? short : value;
}

/** Digits as a number. What no 64 bits hold comes out too large for them, at no cost, however many digits there are. */
export function boundedInteger(digits: string): bigint {
  const significant = digits.replace(/^0+(?=.)/, '');
  return significant.length > 20 ? 10n ** 20n : BigInt(significant);
}

export function isLong(value: unknown): value is Long {
  return typeof value === 'number' || typeof value === 'bigint';
}

// In each of these the result in doubles is exact when it is a safe integer, and out of that range when it is not exact.

export function add(a: Long, b: Long): Long | Failure {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  return checked(BigInt(a) + BigInt(b), 'addition');
}

export function subtract(a: Long, b: Long): Long | Failure {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a - b)) return a - b;
  return checked(BigInt(a) - BigInt(b), 'subtraction');
}

export function multiply(a: Long, b: Long): Long | Failure {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a * b)) return a * b + 0;
  return checked(BigInt(a) * BigInt(b), 'multiplication');
}

export function negate(a: Long): Long | Failure {
  return subtract(0, a);
}

/** Towards zero, as Cedar's conversions of a duration are. */
export function divide(a: Long, by: number): Long {
  return typeof a === 'number' ? Math.trunc(a / by) + 0 : (toLong(a / BigInt(by)) ?? a);
}

/** The largest multiple of `step` that is not above `a`. */
export function floorTo(a: Long, step: number): Long | Failure {
  if (typeof a === 'number') return checked(BigInt(Math.floor(a / step)) * BigInt(step), 'rounding down');
  const wide = BigInt(step);
  const rest = ((a % wide) + wide) % wide;
  return checked(a - rest, 'rounding down');
}

function checked(value: bigint, operation: string): Long | Failure {
  return toLong(value) ?? new Failure(`integer overflow in ${operation}`);
}
