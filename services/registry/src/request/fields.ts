import type { JsonObject, JsonValue } from '@modelward/basics';
import { invalid } from '../refusal.ts';

/** The fields of one request, each read as the type that MLflow gives it. An empty text is an absent field, as in MLflow. */
export type Fields = {
  readonly text: (name: string) => string | undefined;
  readonly required: (name: string) => string;
  readonly integer: (name: string) => number | undefined;
  readonly requiredDouble: (name: string) => number;
  readonly isTrue: (name: string) => boolean;
  readonly texts: (name: string) => readonly string[];
  readonly objects: (name: string) => readonly Fields[];
  readonly object: (name: string) => Fields | undefined;
  /** Whether it was sent at all, be it empty. */
  readonly isSent: (name: string) => boolean;
};

export function fieldsOf(values: JsonObject): Fields {
  const text = (name: string) => {
    const value = values[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string' || !value.isWellFormed() || value.includes('\0')) throw wrong(name, value);
    return value;
  };
  const items = (name: string): readonly JsonValue[] => {
    const value = values[name] ?? [];
    if (!Array.isArray(value)) throw wrong(name, value);
    return value;
  };
  return {
    text,
    required: (name) => text(name) ?? lacking(name),
    integer: (name) => {
      const value = values[name] ?? undefined;
      return value === undefined ? undefined : integerOf(name, value);
    },
    requiredDouble: (name) => doubleOf(name, values[name] ?? lacking(name)),
    isTrue: (name) => values[name] === true || values[name] === 'true',
    texts: (name) =>
      items(name).map((item) => {
        if (typeof item !== 'string') throw wrong(name, item);
        return item;
      }),
    objects: (name) =>
      items(name).map((item) => {
        if (!isObject(item)) throw wrong(name, item);
        return fieldsOf(item);
      }),
    object: (name) => {
      const value = values[name] ?? undefined;
      if (value === undefined) return undefined;
      if (!isObject(value)) throw wrong(name, value);
      return fieldsOf(value);
    },
    isSent: (name) => (values[name] ?? undefined) !== undefined,
  };
}

function integerOf(name: string, value: JsonValue): number {
  // Protobuf's JSON form of a 64-bit integer is a text, and so is everything in a query.
  const number = typeof value === 'string' && /^-?[0-9]{1,16}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw wrong(name, value);
  return number;
}

const namedDoubles: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function doubleOf(name: string, value: JsonValue): number {
  if (typeof value === 'number') return value;
  const named = typeof value === 'string' ? namedDoubles[value] : undefined;
  if (named === undefined) throw wrong(name, value);
  return named;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lacking(name: string): never {
  throw invalid(
    `Missing value for required parameter '${name}'. See the API docs for more information about request parameters.`,
  );
}

function wrong(name: string, value: JsonValue) {
  return invalid(`Invalid value ${JSON.stringify(value).slice(0, 100)} for parameter '${name}' supplied.`);
}
