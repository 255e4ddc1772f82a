import { Datetime, Duration } from '../extensions/datetime.ts';
import { Decimal } from '../extensions/decimal.ts';
import { IpAddress } from '../extensions/ip-address.ts';
import { SetValue } from './set-value.ts';
import { EntityNode, type Value } from './value.ts';

/** The Cedar name of a value's type, for messages. */
export function typeName(value: Value): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  if (typeof value !== 'object') return 'long';
  if (value instanceof EntityNode) return `(entity of type \`${value.type}\`)`;
  if (value instanceof SetValue) return 'set';
  if (value instanceof Decimal) return 'decimal';
  if (value instanceof Datetime) return 'datetime';
  if (value instanceof Duration) return 'duration';
  return value instanceof IpAddress ? 'ipaddr' : 'record';
}

/** What is shown of one value at most; a set of a million is not an explanation. */
const shownItems = 20;
const shownCharacters = 200;

/** A value as Cedar would write it, cut off where it gets long. */
export function describeValue(value: Value): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof EntityNode) return `${value.type}::${quote(value.id)}`;
  if (value instanceof SetValue) return `[${someOf(value.items.map((item) => () => describeValue(item)))}]`;
  if (value instanceof Map) {
    return `{${someOf(
      [...value].map(
        ([name, member]) =>
          () =>
            `${quote(name)}: ${describeValue(member)}`,
      ),
    )}}`;
  }
  return String(value);
}

function someOf(parts: readonly (() => string)[]): string {
  const shown = parts.slice(0, shownItems).map((part) => part());
  return [...shown, ...(parts.length > shownItems ? [`... ${parts.length - shownItems} more`] : [])].join(', ');
}

function quote(text: string): string {
  return JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}...` : text);
}
