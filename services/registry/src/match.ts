import type { JsonObject } from '@modelward/basics';
import { type Operation, operations } from './operations.ts';
import { Refusal } from './refusal.ts';
import { decodeOnce } from './request/read-request.ts';

export type Match = { readonly operation: Operation; readonly inPath: JsonObject };

const bases = ['/api/2.0', '/ajax-api/2.0'];
const templates = operations.map((operation) => {
  const [method = '', path = ''] = operation.line.split(' ');
  return { operation, method, segments: path.split('/') };
});

/** The one operation that a request line is. A template without parameters wins over one with. */
export function matchOperation(method: string, target: string): Match {
  const [path = ''] = target.split('?');
  const base = bases.find((prefix) => path.startsWith(`${prefix}/`));
  const segments = base === undefined ? [] : path.slice(base.length).split('/');
  const found = templates
    .filter((template) => template.method === method)
    .flatMap(({ operation, segments: template }) => {
      const inPath = fit(template, segments);
      return inPath === undefined ? [] : [{ operation, inPath }];
    });
  const [best] = found.sort((a, b) => Object.keys(a.inPath).length - Object.keys(b.inPath).length);
  if (best === undefined) throw new Refusal('ENDPOINT_NOT_FOUND', 'this registry has no such call');
  return best;
}

function fit(template: readonly string[], segments: readonly string[]): JsonObject | undefined {
  const found: Record<string, string> = Object.create(null);
  for (const [at, part] of template.entries()) {
    const segment = segments[at];
    if (segment === undefined) return undefined;
    const [, name, rest] = /^\{(\w+)(\+?)\}$/.exec(part) ?? [];
    if (name === undefined && part !== segment) return undefined;
    if (name === undefined) continue;
    found[name] = decodeOnce(rest === '+' ? segments.slice(at).join('/') : segment);
    if (rest === '+') return found;
  }
  return template.length === segments.length ? found : undefined;
}
