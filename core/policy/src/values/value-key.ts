import { Datetime, Duration } from '../extensions/datetime.ts';
import { Decimal } from '../extensions/decimal.ts';
import { IpAddress } from '../extensions/ip-address.ts';
import { SetValue } from './set-value.ts';
import { EntityNode, type Value } from './value.ts';

/** One text for equal values, and another for every other value. */
export function valueKey(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof EntityNode) return `${value.type}::${JSON.stringify(value.id)}`;
  if (value instanceof SetValue) return `[${value.items.map(valueKey).sort().join()}]`;
  if (value instanceof Decimal) return `decimal ${value.units}`;
  if (value instanceof Datetime) return `datetime ${value.ms}`;
  if (value instanceof Duration) return `duration ${value.ms}`;
  if (value instanceof IpAddress) return `ip ${value.version} ${value.address}/${value.prefix}`;
  const members = [...value].map(([name, member]) => `${JSON.stringify(name)}:${valueKey(member)}`);
  return `{${members.sort().join()}}`;
}
