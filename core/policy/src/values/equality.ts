import { Datetime, Duration } from '../extensions/datetime.ts';
import { Decimal } from '../extensions/decimal.ts';
import { IpAddress } from '../extensions/ip-address.ts';
import { SetValue } from './set-value.ts';
import { EntityNode, sameEntity, type Value } from './value.ts';

/** Cedar's `==`: never errs, and values of two types are different. */
export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof EntityNode) return b instanceof EntityNode && sameEntity(a, b);
  if (a instanceof SetValue) return b instanceof SetValue && a.size === b.size && a.items.every((item) => b.has(item));
  if (a instanceof Decimal) return b instanceof Decimal && a.units === b.units;
  if (a instanceof Datetime) return b instanceof Datetime && a.ms === b.ms;
  if (a instanceof Duration) return b instanceof Duration && a.ms === b.ms;
  if (a instanceof IpAddress) {
    return b instanceof IpAddress && a.version === b.version && a.address === b.address && a.prefix === b.prefix;
  }
  return b instanceof Map && equalRecords(a, b);
}

function equalRecords(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !equal(value, other)) return false;
  }
  return true;
}
