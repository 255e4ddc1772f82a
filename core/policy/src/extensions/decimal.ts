import { boundedInteger, type Long, toLong } from '../values/long.ts';
import { Failure } from '../values/value.ts';

/** A decimal number with four places, as whole ten-thousandths. */
export class Decimal {
  readonly units: Long;
  constructor(units: Long) {
    this.units = units;
  }

  toString(): string {
    const wide = BigInt(this.units);
    const size = wide < 0n ? -wide : wide;
    const places = String(size % 10_000n).padStart(4, '0');
    return `decimal("${wide < 0n ? '-' : ''}${size / 10_000n}.${places}")`;
  }
}

const form = /^(-?)([0-9]+)\.([0-9]+)$/;
const places = 4;

export function parseDecimal(text: string): Decimal | Failure {
  const match = form.exec(text);
  if (match === null) return new Failure(`\`${text.slice(0, 40)}\` is not a well-formed decimal value`);
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > places)
    return new Failure(`\`${text.slice(0, 40)}\` has more than ${places} digits after the point`);
  const units = boundedInteger(whole) * 10_000n + BigInt(fraction.padEnd(places, '0'));
  const long = toLong(sign === '-' ? -units : units);
  return long === undefined
    ? new Failure(`\`${text.slice(0, 40)}\` is out of the range of a decimal`)
    : new Decimal(long);
}
