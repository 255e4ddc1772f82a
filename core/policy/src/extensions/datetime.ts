import { add, boundedInteger, divide, floorTo, type Long, subtract, toLong } from '../values/long.ts';
import { Failure } from '../values/value.ts';

const dayMs = 86_400_000;

/** A moment, in milliseconds since 1970 in UTC. */
export class Datetime {
  readonly ms: Long;
  constructor(ms: Long) {
    this.ms = ms;
  }

  offset(by: Duration): Datetime | Failure {
    return made(Datetime, add(this.ms, by.ms));
  }

  durationSince(earlier: Datetime): Duration | Failure {
    return made(Duration, subtract(this.ms, earlier.ms));
  }

  toDate(): Datetime | Failure {
    return made(Datetime, floorTo(this.ms, dayMs));
  }

  toTime(): Duration {
    const wide = BigInt(this.ms) % BigInt(dayMs);
    return new Duration(Number(wide < 0n ? wide + BigInt(dayMs) : wide));
  }

  toString(): string {
    const ms = Number(this.ms);
    // Outside of the years that its own form can write, a moment is shown as the sum that it is.
    const writable = ms >= firstMs && ms <= lastMs;
    return writable
      ? `datetime("${new Date(ms).toISOString()}")`
      : `datetime("1970-01-01").offset(duration("${this.ms}ms"))`;
  }
}

export class Duration {
  readonly ms: Long;
  constructor(ms: Long) {
    this.ms = ms;
  }

  inUnitsOf(unitMs: number): Long {
    return divide(this.ms, unitMs);
  }

  toString(): string {
    return `duration("${this.ms}ms")`;
  }
}

function made<Made>(kind: new (ms: Long) => Made, ms: Long | Failure): Made | Failure {
  return ms instanceof Failure ? ms : new kind(ms);
}

const form =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?$/;

export function parseDatetime(text: string): Datetime | Failure {
  const refusal = new Failure(`\`${text.slice(0, 40)}\` is not a well-formed datetime value`);
  const match = form.exec(text);
  if (match === null) return refusal;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = match
    .slice(1, 8)
    .map((digits) => Number(digits ?? 0));
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return refusal;
  const dateMs = dayOf(year, month, day);
  if (dateMs === undefined) return refusal;
  const clockMs = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  const offsetMs = (offsetHour * 60 + offsetMinute) * 60_000 * (match[8] === '-' ? -1 : 1);
  return new Datetime(dateMs + clockMs - offsetMs);
}

const firstMs = -62_167_219_200_000;
const lastMs = 253_402_300_799_999;

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999, and the 31st of June for the first of July. */
function dayOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month > 0 ? date.getTime() : undefined;
}

const durationForm = /^(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;
const unitsMs = [86_400_000n, 3_600_000n, 60_000n, 1000n, 1n];

export function parseDuration(text: string): Duration | Failure {
  const match = durationForm.exec(text);
  if (match === null || text === '' || text === '-') {
    return new Failure(`\`${text.slice(0, 40)}\` is not a well-formed duration value`);
  }
  const size = unitsMs.reduce((sum, unit, at) => sum + unit * boundedInteger(match[at + 2] ?? '0'), 0n);
  const ms = toLong(match[1] === '-' ? -size : size);
  return ms === undefined
    ? new Failure(`\`${text.slice(0, 40)}\` is out of the range of a duration`)
    : new Duration(ms);
}
