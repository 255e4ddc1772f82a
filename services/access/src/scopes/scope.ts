import { ok, type Result, refused } from '@modelward/basics';
import { type Action, actions } from '@modelward/contract';

/** What a token may be used for: `model.read`, `run.*`, `*.read@fraud`. It narrows what its owner may do, never widens it. */
export type Scope = { readonly noun: string; readonly verb: string; readonly projectKey: string | undefined };

export type ScopeRefusal = 'scope-form' | 'scope-unknown';

const form = /^(\*|[a-z]+)\.(\*|[a-z]+)(?:@([a-z][a-z0-9-]{1,62}))?$/;

export function parseScope(text: string): Result<Scope, ScopeRefusal> {
  const [, noun, verb, projectKey] = form.exec(text) ?? [];
  if (noun === undefined || verb === undefined) return refused('scope-form');
  const scope = { noun, verb, projectKey };
  return actions.some((action) => names(scope, action)) ? ok(scope) : refused('scope-unknown');
}

/** What a request touches, as far as scopes can tell it apart: organization-wide things have no project. */
type Asked = { readonly action: Action; readonly projectKey: string | undefined };

/** No scopes at all (`undefined`) is a credential that is not narrowed; an empty list covers nothing. */
export function coversAction(scopes: readonly string[] | undefined, { action, projectKey }: Asked): boolean {
  return anyScope(scopes, projectKey, (scope) => names(scope, action));
}

/** What may be learned about, by what may be read: to read runs is to know of experiments. */
const families: Readonly<Record<string, readonly string[]>> = {
  'experiment.discover': ['experiment', 'run', 'artifact', 'project'],
  'model.discover': ['model', 'version', 'alias', 'project'],
};
const tellingVerbs: readonly string[] = ['read', 'discover', '*'];

/** A token may be told that something exists when it may read of its kind there. */
export function coversDiscovery(scopes: readonly string[] | undefined, { action, projectKey }: Asked): boolean {
  const nouns = families[action] ?? [];
  return anyScope(
    scopes,
    projectKey,
    ({ noun, verb }) => tellingVerbs.includes(verb) && (noun === '*' || nouns.includes(noun)),
  );
}

/** The narrowest scope that would cover what was asked. */
export function scopeFor({ action, projectKey }: Asked): string {
  return projectKey === undefined ? action : `${action}@${projectKey}`;
}

function anyScope(
  scopes: readonly string[] | undefined,
  projectKey: string | undefined,
  covers: (scope: Scope) => boolean,
): boolean {
  if (scopes === undefined) return true;
  return scopes.some((text) => {
    const scope = parseScope(text);
    // A scope that this version cannot read covers nothing.
    if (!scope.ok) return false;
    return (scope.value.projectKey === undefined || scope.value.projectKey === projectKey) && covers(scope.value);
  });
}

function names(scope: Scope, action: Action): boolean {
  const [noun, verb] = action.split('.');
  return (scope.noun === '*' || scope.noun === noun) && (scope.verb === '*' || scope.verb === verb);
}
