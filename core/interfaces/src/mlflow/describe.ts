import { type JsonObject, ok, type Result, refused } from '@modelward/basics';
import type { BodyKind, Description, RequestFlaw, RequestHead } from '../adapter.ts';
import { limits } from '../limits.ts';
import { fieldsOf, readQuery } from './fields.ts';
import { type Match, matchRoute } from './match.ts';
import type { Route } from './routes.ts';

/** The route and how to take the body, before a byte of it is read. */
export function match(head: RequestHead): Result<{ readonly route: string; readonly body: BodyKind }, RequestFlaw> {
  const found = matchRoute(head);
  if (!found.ok) return found;
  const { route, query } = found.value;
  const flaw = headFlaw(head, route, query);
  return flaw === undefined
    ? ok({ route: route.name, body: route.body })
    : refused({ reason: 'malformed', detail: flaw });
}

function headFlaw(head: RequestHead, { body, path }: Route, query: string): string | undefined {
  if (head.headers.upgrade !== undefined) return 'upgrading the connection is not supported';
  if (head.headers['x-mlflow-workspace'] !== undefined)
    return 'header `x-mlflow-workspace` is not accepted; projects decide here';
  const hasBody = head.headers['transfer-encoding'] !== undefined || (head.headers['content-length'] ?? '0') !== '0';
  if (body === 'none' && hasBody) return `a \`${head.method}\` request carries no body`;
  // MLflow reads a query on GET only and ignores it elsewhere: a second place for an identity that nobody needs.
  if (head.method !== 'GET' && query !== '') return `a \`${head.method}\` request carries no query`;
  // A reader that takes `?` for a part of the path would read another one; and no client sends a query beside a path.
  if (path.endsWith('+}') && query !== '') return 'an artifact is named by its path alone; leave the query out';
  if (body === 'json') return jsonFlaw(head);
  return undefined;
}

function jsonFlaw(head: RequestHead): string | undefined {
  const encoding = head.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return 'the body must not be compressed';
  const type = head.headers['content-type'];
  const isJson = type === undefined || /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(type);
  return isJson ? undefined : 'the body must be `application/json` in UTF-8';
}

/** The request as a list of `{action, subject}`, and what its answer will mean. `body` is what `readJsonBody` gave. */
export function describe(head: RequestHead, body: JsonObject | undefined): Result<Description, RequestFlaw> {
  const found = matchRoute(head);
  if (!found.ok) return found;
  const values = readValues(found.value, body);
  if (!values.ok) return refused({ reason: 'malformed', detail: values.reason });
  return describeRoute(found.value, values.value);
}

function readValues({ route, inPath, query }: Match, body: JsonObject | undefined): Result<JsonObject, string> {
  const sent = route.method === 'GET' ? readQuery(query) : ok(body ?? {});
  if (!sent.ok) return sent;
  for (const [name, value] of Object.entries(inPath)) {
    const again = sent.value[name];
    // The client repeats a path parameter in the body; MLflow reads the path, and a different value is nobody's mistake.
    if (again !== undefined && again !== value) return refused(`\`${name}\` differs between path and body`);
  }
  return ok({ ...sent.value, ...inPath });
}

function describeRoute({ route }: Match, values: JsonObject): Result<Description, RequestFlaw> {
  const fields = fieldsOf(values);
  const needs = route.needs(fields);
  if (needs.length > limits.resourcesPerRequest)
    fields.reject(`the request names more than ${limits.resourcesPerRequest} resources; send it in parts`);
  const effect = route.effect?.(fields);
  const flaw = fields.flaw();
  if (flaw !== undefined) return refused({ reason: 'malformed', detail: flaw });
  return ok({
    operation: route.name,
    needs,
    ...(effect === undefined ? {} : { effect }),
    ...(route.rows === undefined ? {} : { rows: route.rows }),
    ...(route.answer === undefined ? {} : { answer: route.answer }),
  });
}
