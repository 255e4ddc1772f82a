import type { Action } from '@modelward/contract';
import type { PolicyLink, Risk, Role } from '@modelward/policy';
import { entityTypeOfKind } from '../facts/entities.ts';
import type { ProjectFacts } from '../facts/fact-store.ts';
import { scopeFor } from '../scopes/scope.ts';
import type { Asking, Judge, Judgement, Subject } from './judge.ts';
import type { Remedy } from './question.ts';

export type Refused = { readonly action: Action; readonly subject: Subject; readonly judgement: Judgement };

type Deps = { readonly judge: Judge; readonly roles: readonly Role[] };

/** How often a refusal is decided again to find what would help; what is not found by then is left to a person. */
const mostRedecisions = 20;

/**
 * What would turn all these refusals to a yes, cheapest first: a wider token, a bound sign-in, a role that may be asked for.
 * Each is found by deciding again as if it were so, so that what is proposed does help.
 */
export function findRemedies(refusals: readonly Refused[], asking: Asking, deps: Deps): readonly Remedy[] {
  if (refusals.every(({ judgement }) => judgement.permitted)) return missingScopes(refusals);
  const again = countedRedecisions(refusals, deps.judge);
  if (signInHelps(asking, again)) return [{ kind: 'sign-in' }];
  const project = onlyProject(refusals);
  const role = project && cheapestFirst(deps.roles).find((one) => again(withRole(asking, one, project)));
  if (role === undefined || project === undefined) return [];
  return [{ kind: 'role', role: role.name, scope: { type: 'Project', id: project.id, name: project.key } }];
}

function missingScopes(refusals: readonly Refused[]): readonly Remedy[] {
  const scopes = refusals.map(({ action, subject }) => scopeFor({ action, projectKey: subject.project?.key }));
  return [...new Set(scopes)].map((scope) => ({ kind: 'token-scope', scope }));
}

type Redecide = (asking: Asking) => boolean;

/** Nothing here takes a permit away, so that what was allowed stays so and only the refusals are asked again. */
function countedRedecisions(refusals: readonly Refused[], judge: Judge): Redecide {
  let left = mostRedecisions;
  return (asking) =>
    refusals.every(({ action, subject }) => {
      left -= 1;
      return left >= 0 && judge(asking, action, subject).allowed;
    });
}

/** A person's own session is bound, and its scopes are not narrowed. */
function signInHelps(asking: Asking, again: Redecide): boolean {
  const { authentication, principal } = asking.question;
  if (authentication.level !== 'none' || principal.kind !== 'person') return false;
  const signedIn = { level: 'aal1', credential: 'password-session' } as const;
  return again({ ...asking, question: { ...asking.question, authentication: signedIn, scopes: undefined } });
}

function onlyProject(refusals: readonly Refused[]): ProjectFacts | undefined {
  const [first, ...others] = new Map(refusals.map(({ subject }) => [subject.project?.id, subject.project])).values();
  return others.length === 0 ? first : undefined;
}

const riskOrder: readonly Risk[] = ['low', 'medium', 'high'];

function cheapestFirst(roles: readonly Role[]): readonly Role[] {
  const possible = roles.filter(({ requestable, scopeTypes }) => requestable && scopeTypes.includes('Project'));
  return possible.sort((a, b) => riskOrder.indexOf(a.risk) - riskOrder.indexOf(b.risk));
}

function withRole(asking: Asking, role: Role, project: ProjectFacts): Asking {
  const { kind, id } = asking.question.principal;
  const link: PolicyLink = {
    id: 'hypothetical',
    role: role.name,
    principal: { type: entityTypeOfKind[kind], id },
    scope: { type: 'Project', id: project.id },
  };
  return { ...asking, links: [...asking.links, link] };
}
