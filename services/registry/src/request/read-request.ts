import { fromUtf8, type JsonObject, type JsonValue, parseStrictJson } from '@modelward/basics';
import type { UpstreamRequest } from '@modelward/contract';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { isObject } from './fields.ts';

const snakeCase = /^[a-z][a-z0-9_]{0,63}$/;
/** Fields that MLflow reads as lists; every other parameter may come once. */
const repeated = new Set(['order_by', 'stages', 'experiment_ids', 'run_ids']);

/** Reads fields from where MLflow reads them: a GET's query, everything else's JSON body. */
export async function readValues(request: UpstreamRequest): Promise<JsonObject> {
  const values = readQueryOnly(request);
  return request.method === 'GET' ? values : readBody(await collect(request.body));
}

/** For a request whose body is not JSON but an artifact. */
export function readQueryOnly({ method, target }: UpstreamRequest): JsonObject {
  const [, query = '', ...more] = target.split('?');
  if (more.length > 0) throw bad('the address has more than one `?`');
  if (method === 'GET') return readQuery(query);
  // A second place to read from is a second reading; the first has been decided.
  if (query !== '') throw bad(`a ${method} request takes its fields from the body, not from the query`);
  return {};
}

function readQuery(query: string): JsonObject {
  const values: Record<string, JsonValue> = Object.create(null);
  for (const pair of query === '' ? [] : query.split('&')) {
    const at = pair.indexOf('=');
    const name = decodeOnce((at < 0 ? pair : pair.slice(0, at)).replaceAll('+', ' '));
    const value = decodeOnce((at < 0 ? '' : pair.slice(at + 1)).replaceAll('+', ' '));
    if (!snakeCase.test(name)) throw bad('a query parameter is not spelled in snake case');
    if (repeated.has(name)) values[name] = [...((values[name] as JsonValue[] | undefined) ?? []), value];
    else if (name in values) throw bad(`query parameter \`${name}\` came twice`);
    else values[name] = value;
  }
  return values;
}

export function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad('the address is not percent-encoded UTF-8');
  }
}

async function collect(body: UpstreamRequest['body']): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body instanceof Uint8Array ? [body] : body) {
    size += part.length;
    if (size > limits.jsonBodyBytes) throw bad(`the body is larger than ${limits.jsonBodyBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function readBody(bytes: Uint8Array): JsonObject {
  const text = fromUtf8(bytes);
  if (text === undefined) throw bad('the body is not UTF-8');
  if (text.trim() === '') return {};
  const parsed = parseStrictJson(text);
  if (!parsed.ok) throw bad(`the body is refused: ${parsed.reason}`);
  if (!isObject(parsed.value)) throw bad('the body is not a JSON object');
  const odd = findOddKey(parsed.value);
  if (odd !== undefined) throw bad(`field \`${odd}\` is not spelled in snake case`);
  return parsed.value;
}

function findOddKey(value: JsonValue): string | undefined {
  if (Array.isArray(value)) return firstOdd(value);
  if (!isObject(value)) return undefined;
  return (
    Object.keys(value)
      .find((key) => !snakeCase.test(key))
      ?.slice(0, 64) ?? firstOdd(Object.values(value))
  );
}

function firstOdd(values: readonly JsonValue[]): string | undefined {
  for (const value of values) {
    const odd = findOddKey(value);
    if (odd !== undefined) return odd;
  }
  return undefined;
}

function bad(message: string): Refusal {
  return new Refusal('BAD_REQUEST', message);
}
