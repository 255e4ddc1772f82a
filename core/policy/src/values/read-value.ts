import { Datetime } from '../extensions/datetime.ts';
import { constructors, type ExtensionType, functionNamed } from '../extensions/functions.ts';
import { IpAddress } from '../extensions/ip-address.ts';
import { limits } from '../limits.ts';
import type { RecordType, SchemaType } from '../schema/policy-schema.ts';
import { typeName } from './describe-value.ts';
import { toLong } from './long.ts';
import { SetValue } from './set-value.ts';
import { EntityNode, Failure, type RecordValue, type Value } from './value.ts';

/** How much of one JSON form may still be read. Shared by all of its parts. */
export type Budget = { values: number };

type Entities = (type: string, id: string) => EntityNode;
type Reading = { readonly budget: Budget; readonly entity: Entities };

const named: Entities = (type, id) => new EntityNode(type, id);

export function newBudget(): Budget {
  return { values: limits.valuesRead };
}

/**
 * Reads Cedar's JSON form of a record. With a type, also the forms that only a type explains: an entity as `{type, id}`, an
 * extension value as its text; and then everything must be of that type. Integers may be bigints.
 */
export function readRecord(
  json: unknown,
  type: RecordType | undefined,
  reading: Partial<Reading> = {},
): RecordValue | Failure {
  const { budget = newBudget(), entity = named } = reading;
  const value =
    type === undefined ? readFields(json, { budget, entity }, 0) : readTypedRecord(json, type, { budget, entity }, 0);
  return value;
}

/** The same for any type. Only the outermost record of an attribute has names of its own to be read by. */
export function readTyped(json: unknown, type: SchemaType | undefined, reading: Reading, depth = 0): Value | Failure {
  const refusal = spend(reading.budget, depth);
  if (refusal !== undefined) return refusal;
  if (type === undefined) return readUntyped(json, reading, depth);
  if (type.kind === 'set') return readSet(json, type.of, reading, depth);
  if (type.kind === 'record') return readTypedRecord(json, type, reading, depth);
  if (type.kind === 'entity') return readEntity(json, type, reading);
  if (type.kind === 'extension') return readExtension(json, type.name, reading, depth);
  const value = readUntyped(json, reading, depth);
  if (value instanceof Failure) return value;
  const isRight =
    type.kind === 'long' ? typeof value === 'number' || typeof value === 'bigint' : typeof value === type.kind;
  return isRight ? value : mismatch(type.kind, value);
}

function spend(budget: Budget, depth: number): Failure | undefined {
  budget.values -= 1;
  if (budget.values < 0) return new Failure(`more than ${limits.valuesRead} values in one record`);
  if (depth > limits.valueDepth) return new Failure(`more than ${limits.valueDepth} levels of nesting`);
  return undefined;
}

function mismatch(expected: string, value: Value): Failure {
  return new Failure(`${typeName(value)} where the schema has ${expected}`);
}

function readUntyped(json: unknown, reading: Reading, depth: number): Value | Failure {
  if (typeof json === 'boolean' || typeof json === 'string') return json;
  if (typeof json === 'number' || typeof json === 'bigint') return readInteger(json);
  if (isMade(json)) return json;
  if (Array.isArray(json)) return readSet(json, undefined, reading, depth);
  if (isOnly(json, '__entity')) return readEntity(json, undefined, reading);
  if (isOnly(json, '__extn')) return readCall(json.__extn, reading, depth);
  return readFields(json, reading, depth);
}

function readInteger(json: number | bigint): Value | Failure {
  if (typeof json === 'bigint') return toLong(json) ?? new Failure('an integer that 64 bits do not hold');
  // A number above 2^53 has lost digits on its way here; what was meant is not known.
  return Number.isSafeInteger(json) ? json + 0 : new Failure(`\`${json}\` is not an integer that is exact`);
}

function readSet(json: unknown, of: SchemaType | undefined, reading: Reading, depth: number): Value | Failure {
  if (!Array.isArray(json)) return new Failure('something else where the schema has a set');
  const items: Value[] = [];
  for (const part of json) {
    const item = readTyped(part, of, reading, depth + 1);
    if (item instanceof Failure) return item;
    items.push(item);
  }
  return SetValue.of(items);
}

function readFields(json: unknown, reading: Reading, depth: number): RecordValue | Failure {
  if (!isObject(json)) return new Failure('a value that Cedar does not have');
  const fields = new Map<string, Value>();
  for (const [name, part] of Object.entries(json)) {
    const value = readTyped(part, undefined, reading, depth + 1);
    if (value instanceof Failure) return value;
    fields.set(name, value);
  }
  return fields;
}

function readTypedRecord(
  json: unknown,
  { members }: RecordType,
  reading: Reading,
  depth: number,
): RecordValue | Failure {
  if (!isObject(json)) return new Failure('something else where the schema has a record');
  const fields = new Map<string, Value>();
  for (const [name, part] of Object.entries(json)) {
    const member = members.get(name);
    if (member === undefined) return new Failure(`the attribute \`${name}\`, which the schema does not have`);
    const value = readTyped(part, member.type, reading, depth + 1);
    if (value instanceof Failure) return new Failure(`\`${name}\`: ${value.message}`);
    fields.set(name, value);
  }
  if (fields.size < members.size) {
    for (const [name, { required }] of members) {
      if (required && !fields.has(name)) return new Failure(`no attribute \`${name}\`, which the schema requires`);
    }
  }
  return fields;
}

type EntityKind = Extract<SchemaType, { kind: 'entity' }>;

function readEntity(json: unknown, expected: EntityKind | undefined, { entity }: Reading): Value | Failure {
  const name = isOnly(json, '__entity') ? json.__entity : json;
  if (
    !isObject(name) ||
    typeof name.type !== 'string' ||
    typeof name.id !== 'string' ||
    Object.keys(name).length !== 2
  ) {
    return new Failure('something else where an entity belongs, which has `type` and `id`');
  }
  if (expected !== undefined && name.type !== expected.type) {
    return new Failure(`an entity of type \`${name.type}\` where the schema has \`${expected.type}\``);
  }
  if (expected?.ids?.has(name.id) === false) return new Failure(`a \`${name.type}\` that the schema does not list`);
  return entity(name.type, name.id);
}

function readExtension(json: unknown, type: ExtensionType, reading: Reading, depth: number): Value | Failure {
  const call = isOnly(json, '__extn') ? json.__extn : json;
  const value = isMade(call) ? call : readNew(call, type, reading, depth);
  if (value instanceof Failure || typeName(value) === type) return value;
  return mismatch(type, value);
}

/** Our own callers may hand over what would only be written out and parsed again. */
function isMade(json: unknown): json is Datetime | IpAddress {
  return json instanceof Datetime || json instanceof IpAddress;
}

function readNew(call: unknown, type: ExtensionType, reading: Reading, depth: number): Value | Failure {
  return typeof call === 'string' ? functionNamed(constructors[type])([call]) : readCall(call, reading, depth);
}

function readCall(json: unknown, reading: Reading, depth: number): Value | Failure {
  if (!isObject(json) || typeof json.fn !== 'string') return new Failure('a call without the name of its function');
  const { fn, arg, args, ...more } = json;
  const given = Array.isArray(args) && arg === undefined ? args : [arg];
  if (Object.keys(more).length > 0) return new Failure(`a call of \`${fn}\` with more than its arguments`);
  const values: Value[] = [];
  for (const part of given) {
    const value = readTyped(part, undefined, reading, depth + 1);
    if (value instanceof Failure) return value;
    values.push(value);
  }
  return functionNamed(fn)(values);
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isOnly<Name extends string>(json: unknown, name: Name): json is Record<Name, unknown> {
  return isObject(json) && Object.hasOwn(json, name) && Object.keys(json).length === 1;
}
