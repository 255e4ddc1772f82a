import { ok, type Result, refused } from '@modelward/basics';
import { type EndpointName, type EndpointQuestion, endpoints } from '@modelward/contract';
import type { z } from 'zod';
import { readJsonObject } from './body.ts';
import { type ControlRefusal, malformed } from './refusal.ts';

export type RawInput = {
  /** From the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly target: string;
  readonly body: Uint8Array | undefined;
};

/** Path, query and body as the one object that the endpoint describes. A name that comes twice is refused, never chosen. */
export function readInput<Name extends EndpointName>(
  name: Name,
  raw: RawInput,
): Result<EndpointQuestion<Name>, ControlRefusal> {
  const { method, input } = endpoints[name];
  const rest = method === 'POST' ? readPosted(raw) : readAsked(raw);
  if (!rest.ok) return rest;
  const double = Object.keys(raw.params).find((key) => Object.hasOwn(rest.value, key));
  if (double !== undefined) return refused(malformed(`\`${double}\` is in the address and again elsewhere`));
  const parsed = (input as z.ZodType).safeParse({ ...rest.value, ...raw.params });
  if (!parsed.success) return refused(malformed(describeIssues(parsed.error)));
  return ok(parsed.data as EndpointQuestion<Name>);
}

function readPosted({ target, body }: RawInput): Result<object, ControlRefusal> {
  if (target.includes('?')) return refused(malformed('the address has a query where none belongs'));
  return body === undefined || body.length === 0 ? ok({}) : readJsonObject(body);
}

/** A body where none belongs is refused at the door. */
function readAsked({ target }: RawInput): Result<object, ControlRefusal> {
  const at = target.indexOf('?');
  const pairs = [...new URLSearchParams(at < 0 ? '' : target.slice(at + 1))];
  const names = new Set(pairs.map(([key]) => key));
  return names.size === pairs.length
    ? ok(Object.fromEntries(pairs))
    : refused(malformed('the query names something twice'));
}

/** What was expected and where; never what was sent, which may be a secret. */
function describeIssues(error: z.ZodError): string {
  const issues = error.issues.slice(0, 3).map((issue) => {
    const where = issue.path.length === 0 ? '' : `\`${issue.path.join('.')}\`: `;
    return `${where}${issue.code === 'unrecognized_keys' ? 'a key that is not known here' : decapitalize(issue.message)}`;
  });
  return `the request is not as it should be: ${issues.join('; ')}`;
}

function decapitalize(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
