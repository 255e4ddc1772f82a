import { type JsonObject, ok, type Result, refused } from '@modelward/basics';
import type { RequestFlaw, RequestHead } from '../adapter.ts';
import { hasDotSegment } from './artifact-path.ts';
import { decodePercent } from './fields.ts';
import { type Route, routes } from './routes.ts';

export type Match = { readonly route: Route; readonly inPath: JsonObject; readonly query: string };

const bases = ['/api', '/ajax-api'];
const byMethod = Map.groupBy(routes, (route) => route.method);

/** The one row that a request line is, its path parameters decoded once. Exact segments win over parameters, as in MLflow. */
export function matchRoute(head: Pick<RequestHead, 'method' | 'target'>): Result<Match, RequestFlaw> {
  const [path = '', query = '', ...more] = head.target.split('?');
  if (more.length > 0 || /[^\x21-\x7e]/.test(head.target) || head.target.includes('#')) {
    return refused({ reason: 'malformed', detail: 'the request target is not a plain path and query' });
  }
  // A reader that takes `?` for a part of the path would read another one; and no client sends a query that is none.
  if (head.target.endsWith('?')) return refused({ reason: 'malformed', detail: 'the query is empty' });
  if (hasDotSegment(path)) return refused({ reason: 'malformed', detail: 'the path holds a `.` or `..` segment' });
  const segments = belowBase(path);
  if (segments === undefined) return refused({ reason: 'unknown-route' });
  const candidates = (byMethod.get(head.method as Route['method']) ?? []).flatMap((route) => {
    const inPath = matchSegments(`/${route.version}${route.path}`.split('/').slice(1), segments);
    return inPath === undefined ? [] : [{ route, inPath, query }];
  });
  const [best] = candidates.sort((a, b) => Object.keys(a.inPath).length - Object.keys(b.inPath).length);
  return best === undefined ? refused({ reason: 'unknown-route' }) : ok(best);
}

function belowBase(path: string): readonly string[] | undefined {
  const base = bases.find((prefix) => path.startsWith(`${prefix}/`));
  return base === undefined ? undefined : path.slice(base.length + 1).split('/');
}

function matchSegments(template: readonly string[], segments: readonly string[]): JsonObject | undefined {
  const found: Record<string, string> = Object.create(null);
  for (const [at, part] of template.entries()) {
    const segment = segments[at];
    if (segment === undefined) return undefined;
    const name = /^\{(\w+)(\+?)\}$/.exec(part);
    if (name === null) {
      if (part !== segment) return undefined;
      continue;
    }
    const value = decodePercent(name[2] === '+' ? segments.slice(at).join('/') : segment);
    if (value === undefined || value === '') return undefined;
    found[name[1] ?? ''] = value;
    if (name[2] === '+') return found;
  }
  return template.length === segments.length ? found : undefined;
}
