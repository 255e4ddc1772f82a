import type { PolicyLink, Risk, Role } from '@modelward/policy';
import { isDiscoverable } from '../decide/discover.ts';
import type { Asking, Judge, Subject } from '../decide/judge.ts';
import { entityTypeOfKind, projectEntities } from '../facts/entities.ts';
import { organizationId } from '../organization.ts';
import type { Dimension, Lever } from './lever.ts';
import type { Refused } from './remedies.ts';
import type { RemedyScope } from './remedy.ts';

type Known = { readonly asking: Asking; readonly judge: Judge; readonly roles: readonly Role[] };

/** Roles that may be asked for, the least risky first, each on the narrowest scope that holds all that was refused. */
export function roleDimension(refusals: readonly Refused[], known: Known): Dimension | undefined {
  const scopes = commonScopes(refusals, known);
  const levers = cheapestFirst(known.roles).flatMap((role) =>
    scopes.filter(({ type }) => role.scopeTypes.includes(type)).map((scope) => roleLever(role, scope, known.asking)),
  );
  if (levers.length === 0) return undefined;
  return { levers, utmost: (one) => levers.reduce((pulled, { pull }) => pull(pulled), one) };
}

const riskOrder: readonly Risk[] = ['low', 'medium', 'high'];

function cheapestFirst(roles: readonly Role[]): readonly Role[] {
  const possible = roles.filter(({ requestable }) => requestable);
  return possible.toSorted((a, b) => riskOrder.indexOf(a.risk) - riskOrder.indexOf(b.risk));
}

function roleLever(role: Role, scope: RemedyScope, { question: { principal } }: Asking): Lever {
  const link: PolicyLink = {
    id: `hypothetical-${role.name}-${scope.id}`,
    role: role.name,
    principal: { type: entityTypeOfKind[principal.kind], id: principal.id },
    scope: { type: scope.type, id: scope.id },
  };
  return {
    remedies: [{ kind: 'role', role: role.name, scope }],
    pull: (one) => ({ ...one, links: [...one.links, link] }),
  };
}

/** What all of the refused lies in, narrowest first; only what whoever asks may know of. */
function commonScopes(refusals: readonly Refused[], known: Known): readonly RemedyScope[] {
  const [first = [], ...others] = refusals.map(({ subject }) => scopesOf(subject, known));
  return first.filter(({ id }) => others.every((scopes) => scopes.some((scope) => scope.id === id)));
}

function scopesOf(subject: Subject, known: Known): readonly RemedyScope[] {
  const { ref, project } = subject;
  const organization = { type: 'Organization', id: organizationId, name: 'organization' };
  if (project === undefined) return [organization];
  const inProject = projectIsKnown(subject, known) ? [{ type: 'Project', id: project.id, name: project.key }] : [];
  const placed = 'id' in ref ? known.asking.facts.resources.get(ref.id) : undefined;
  const rows = placed === undefined ? [] : [placed.row, ...(placed.parent === undefined ? [] : [placed.parent])];
  const things = rows.map(({ type, id, key, name }) => ({ type, id, name: name ?? key }));
  return [...things, ...inProject, organization];
}

/** Somebody who was given one model may not know what it lies in. */
function projectIsKnown({ ref, project }: Subject, { asking, judge }: Known): boolean {
  if (project === undefined || ref.type === 'Project') return project !== undefined;
  const subject: Subject = { ref: { type: 'Project', id: project.id }, ...projectEntities(project), project };
  return isDiscoverable(judge, asking, { action: 'project.discover', subject });
}
