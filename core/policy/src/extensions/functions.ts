import { typeName } from '../values/describe-value.ts';
import { Failure, type Outcome, type Value } from '../values/value.ts';
import { Datetime, Duration, parseDatetime, parseDuration } from './datetime.ts';
import { Decimal, parseDecimal } from './decimal.ts';
import { IpAddress, parseIpAddress } from './ip-address.ts';

/** A function of Cedar's extensions, over arguments that have been evaluated. */
type ExtensionFunction = (args: readonly Value[]) => Outcome;

type Kind<Made> = (new (...given: never[]) => Made) | 'string';

/** Anything else than the right number of the right kinds is an error of the policy, at the time it is reached. */
function taking<A>(kind: Kind<A>, apply: (a: A) => Outcome): ExtensionFunction {
  return (args) => {
    const [a] = args;
    if (args.length !== 1 || a === undefined) return wrongCount(1, args);
    return isKind(a, kind) ? apply(a) : wrongKind(a);
  };
}

function takingTwo<A, B>(first: Kind<A>, second: Kind<B>, apply: (a: A, b: B) => Outcome): ExtensionFunction {
  return (args) => {
    const [a, b] = args;
    if (args.length !== 2 || a === undefined || b === undefined) return wrongCount(2, args);
    if (!isKind(a, first)) return wrongKind(a);
    return isKind(b, second) ? apply(a, b) : wrongKind(b);
  };
}

function isKind<Made>(value: unknown, kind: Kind<Made>): value is Made {
  return kind === 'string' ? typeof value === 'string' : value instanceof kind;
}

function wrongCount(count: number, args: readonly Value[]): Failure {
  return new Failure(`wrong number of arguments: expected ${count}, got ${args.length}`);
}

function wrongKind(value: Value): Failure {
  return new Failure(`type error: an extension function does not take ${typeName(value)} here`);
}

const second = 1000;
const [minute, hour, day] = [60 * second, 3600 * second, 86_400 * second];

/** All that there are. A name that is not here fails the load. */
export const extensionFunctions: ReadonlyMap<string, ExtensionFunction> = new Map([
  ['decimal', taking<string>('string', parseDecimal)],
  ['lessThan', takingTwo(Decimal, Decimal, (a, b) => a.units < b.units)],
  ['lessThanOrEqual', takingTwo(Decimal, Decimal, (a, b) => a.units <= b.units)],
  ['greaterThan', takingTwo(Decimal, Decimal, (a, b) => a.units > b.units)],
  ['greaterThanOrEqual', takingTwo(Decimal, Decimal, (a, b) => a.units >= b.units)],
  ['ip', taking<string>('string', parseIpAddress)],
  ['isIpv4', taking(IpAddress, ({ version }) => version === 4)],
  ['isIpv6', taking(IpAddress, ({ version }) => version === 6)],
  ['isLoopback', taking(IpAddress, (address) => address.isLoopback())],
  ['isMulticast', taking(IpAddress, (address) => address.isMulticast())],
  ['isInRange', takingTwo(IpAddress, IpAddress, (address, of) => address.isInRange(of))],
  ['datetime', taking<string>('string', parseDatetime)],
  ['offset', takingTwo(Datetime, Duration, (moment, by) => moment.offset(by))],
  ['durationSince', takingTwo(Datetime, Datetime, (moment, earlier) => moment.durationSince(earlier))],
  ['toDate', taking(Datetime, (moment) => moment.toDate())],
  ['toTime', taking(Datetime, (moment) => moment.toTime())],
  ['duration', taking<string>('string', parseDuration)],
  ['toMilliseconds', taking(Duration, ({ ms }) => ms)],
  ['toSeconds', taking(Duration, (duration) => duration.inUnitsOf(second))],
  ['toMinutes', taking(Duration, (duration) => duration.inUnitsOf(minute))],
  ['toHours', taking(Duration, (duration) => duration.inUnitsOf(hour))],
  ['toDays', taking(Duration, (duration) => duration.inUnitsOf(day))],
]);

/** The functions that make a value of an extension type out of a text, by the name that a schema gives the type. */
export const constructors = { decimal: 'decimal', ipaddr: 'ip', datetime: 'datetime', duration: 'duration' } as const;
export type ExtensionType = keyof typeof constructors;

export function functionNamed(name: string): ExtensionFunction {
  return extensionFunctions.get(name) ?? (() => new Failure(`there is no function \`${name}\``));
}
