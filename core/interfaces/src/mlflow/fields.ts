import { type JsonObject, type JsonValue, ok, parseStrictJson, type Result, refused } from '@modelward/basics';

/** Identities as MLflow writes them. One spelling each, so that nothing is compared in two forms. */
export const identitySyntax = {
  experimentId: /^(?:0|[1-9][0-9]{0,18})$/,
  runId: /^[0-9a-f]{32}$/,
  modelId: /^m-[0-9a-f]{32}$/,
  version: /^[1-9][0-9]{0,9}$/,
  // MLflow forbids `/` and `:` in model names; controls, `%` and look-alikes of separators are refused here as well.
  modelName: /^[^/:\\%\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,256}$/u,
  experimentName: /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,500}$/u,
  alias: /^[\w.-]{1,255}$/,
} as const;

type Identity = keyof typeof identitySyntax;

/**
 * The fields of one request. A reader never fails half-way: the first flaw is kept in `flaw` and the caller looks at it once,
 * before anything that was read is used.
 */
export type Fields = {
  readonly required: (name: string, identity: Identity) => string;
  readonly optional: (name: string, identity: Identity) => string | undefined;
  readonly list: (name: string, identity: Identity) => readonly string[];
  readonly objects: (name: string) => readonly Fields[];
  readonly text: (name: string) => string | undefined;
  readonly isTrue: (name: string) => boolean;
  readonly reject: (detail: string) => void;
  readonly flaw: () => string | undefined;
};

export function fieldsOf(values: JsonObject, shared: { flaw: string | undefined } = { flaw: undefined }): Fields {
  const reject = (detail: string) => {
    shared.flaw ??= detail;
  };
  const identity = (name: string, value: JsonValue | undefined, kind: Identity): string => {
    if (typeof value === 'string' && identitySyntax[kind].test(value) && value === value.normalize('NFC')) return value;
    reject(value === undefined ? `\`${name}\` is missing` : `\`${name}\` is not a valid ${words(kind)}`);
    return '';
  };
  const items = (name: string): readonly JsonValue[] => {
    const value = values[name];
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    reject(`\`${name}\` is not a list`);
    return [];
  };
  return {
    required: (name, kind) => identity(name, values[name], kind),
    // MLflow reads an empty text as an absent field.
    optional: (name, kind) => (isAbsent(values[name]) ? undefined : identity(name, values[name], kind)),
    list: (name, kind) => items(name).map((item) => identity(name, item, kind)),
    objects: (name) =>
      items(name).flatMap((item) => {
        if (isObject(item)) return [fieldsOf(item, shared)];
        reject(`\`${name}\` holds something that is not an object`);
        return [];
      }),
    text: (name) => {
      const value = values[name];
      if (isAbsent(value)) return undefined;
      if (typeof value === 'string') return value;
      reject(`\`${name}\` is not a text`);
      return undefined;
    },
    isTrue: (name) => values[name] === true || values[name] === 'true',
    reject,
    flaw: () => shared.flaw,
  };
}

function isAbsent(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === '';
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function words(kind: string): string {
  return kind.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
}

const snakeCase = /^[a-z][a-z0-9_]{0,63}$/;

/** A JSON body as MLflow may read it in one way only: an object, no key twice, and no second (camelCase) spelling of a field. */
export function readJsonBody(text: string): Result<JsonObject, string> {
  if (text.trim() === '') return ok({});
  const parsed = parseStrictJson(text);
  if (!parsed.ok) return refused(`the body is refused: ${parsed.reason}`);
  if (!isObject(parsed.value)) return refused('the body is not a JSON object');
  // Python cannot write such a text, a database keeps another in its place, and MLflow drops the field without a word.
  if (/\\u[dD]/.test(text) && !isWellFormed(parsed.value)) return refused('the body holds half of a character');
  const odd = findOddKey(parsed.value);
  return odd === undefined ? ok(parsed.value) : refused(`field \`${odd}\` is not spelled in snake case`);
}

function isWellFormed(value: JsonValue): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(isWellFormed);
}

function findOddKey(value: JsonValue): string | undefined {
  if (Array.isArray(value)) return firstDefined(value, findOddKey);
  if (!isObject(value)) return undefined;
  return firstDefined(Object.entries(value), ([key, member]) =>
    snakeCase.test(key) ? findOddKey(member) : key.slice(0, 64),
  );
}

function firstDefined<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Fields that MLflow reads as lists; every other parameter may come once. */
const repeated = new Set(['order_by', 'stages', 'experiment_ids', 'run_ids']);

export function readQuery(query: string): Result<JsonObject, string> {
  const values: Record<string, JsonValue> = Object.create(null);
  for (const pair of query === '' ? [] : query.split('&')) {
    const at = pair.indexOf('=');
    const name = decodeQueryPart(at < 0 ? pair : pair.slice(0, at));
    const value = decodeQueryPart(at < 0 ? '' : pair.slice(at + 1));
    if (name === undefined || value === undefined) return refused('the query is not percent-encoded UTF-8');
    if (!snakeCase.test(name)) return refused('a query parameter is not spelled in snake case');
    if (repeated.has(name)) values[name] = [...((values[name] as JsonValue[] | undefined) ?? []), value];
    else if (name in values) return refused(`query parameter \`${name}\` came twice`);
    else values[name] = value;
  }
  return ok(values);
}

function decodeQueryPart(text: string): string | undefined {
  return decodePercent(text.replaceAll('+', ' '));
}

export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
