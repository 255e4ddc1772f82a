import { type AssignRefusal, organizationId, type RoleLink } from '@modelward/access';
import { ok, refused } from '@modelward/basics';
import type { EndpointQuestion } from '@modelward/contract';
import type { ControlDeps, ResourceRef } from '../deps.ts';
import type { Handler } from '../handler.ts';
import { type ControlRefusal, conflict, malformed, notFound } from '../refusal.ts';
import { nameLinks, resolvePrincipal, resolveScope } from './link-names.ts';

const list: Handler<'roles.list'> = {
  perform: async ({ deps: { bundle } }) => {
    const { version, digest } = bundle;
    const roles = bundle.roles.map((role) => ({ ...role, scopeTypes: [...role.scopeTypes] }));
    return ok({ output: { bundle: { version, digest }, roles }, changes: [] });
  },
};

const listLinks: Handler<'role-links.list'> = {
  perform: async ({ deps }) => {
    const links = await deps.access.links.list();
    return ok({ output: { links: await nameLinks(links, deps) }, changes: [] });
  },
};

const assign: Handler<'role-links.assign'> = {
  // Decided where the role is given: who looks after one project may be allowed there and nowhere else.
  about: ({ question, deps }) => resolveScope(question.scope, deps),
  perform: async ({ question, deps }) => {
    const { resource } = await resolveScope(question.scope, deps);
    const principal = await resolvePrincipal(question.principal, deps);
    if (principal === undefined) return refused(notFound('person, service or group', question.principal));
    const scope = resource && scopeOf(resource);
    if (scope === undefined) return refused(assignRefusal('scope-unknown', question));
    const { role, untilMs } = question;
    const assignment = {
      role,
      principal,
      scope,
      origin: 'administrator',
      ...(untilMs === undefined ? {} : { untilMs }),
    };
    const assigned = await deps.access.links.assign(assignment);
    if (!assigned.ok) return refused(assignRefusal(assigned.reason, question));
    const changes = [{ what: 'role.assigned', subject: principal.id, detail: detailOf(assigned.value) }] as const;
    const [link] = await nameLinks([assigned.value], deps);
    if (link === undefined) throw new Error('a link was assigned and not named');
    return ok({ output: { link }, changes });
  },
};

function scopeOf(resource: ResourceRef): RoleLink['scope'] | undefined {
  switch (resource.type) {
    case 'Organization':
      return { type: 'Organization', id: organizationId };
    case 'Project':
    case 'Model':
    case 'Experiment':
      return { type: resource.type, id: resource.id };
    default:
      return undefined;
  }
}

function assignRefusal(reason: AssignRefusal, asked: EndpointQuestion<'role-links.assign'>): ControlRefusal {
  switch (reason) {
    case 'role-unknown':
      return notFound('role', asked.role);
    case 'scope-type':
      return malformed(
        `the role \`${asked.role}\` may not be given on \`${asked.scope}\``,
        'list the roles to see what each may be given on: `npx modelward roles list`',
      );
    case 'scope-unknown':
      return notFound('scope', asked.scope);
    case 'principal-unknown':
      return notFound('person, service or group', asked.principal);
    case 'ends-too-early':
      return malformed('the assignment would end before it begins', 'choose an end that is still to come');
    case 'exists':
      return conflict(
        `\`${asked.principal}\` has the role \`${asked.role}\` on \`${asked.scope}\` already`,
        'nothing is to be done; to change its end, revoke it and assign it anew',
      );
  }
}

/** Ids only: the record is for good and names nobody. */
function detailOf({ id, role, scope, untilMs }: RoleLink): Record<string, string | number> {
  return { link: id, role, scope: scope.id, ...(untilMs === undefined ? {} : { untilMs }) };
}

const revoke: Handler<'role-links.revoke'> = {
  about: async ({ question, deps }) => {
    const link = await findLink(question.id, deps);
    const named = { type: 'Assignment', name: question.id };
    if (link === undefined) return { resource: undefined, named };
    const { type, id } = link.scope;
    if (type === 'Organization' || type === 'Project') return { resource: { type, id }, named };
    // A link on something that has ended is the organization's to tidy up.
    return { resource: (await deps.access.resources.findById(id)) ?? { type: 'Organization' }, named };
  },
  perform: async ({ question, deps }) => {
    const revoked = await deps.access.links.revoke(question.id);
    if (revoked === undefined) return refused(notFound('assignment', question.id));
    const changes = [{ what: 'role.revoked', subject: revoked.principal.id, detail: detailOf(revoked) }] as const;
    return ok({ output: {}, changes });
  },
};

async function findLink(id: string, { access }: ControlDeps): Promise<RoleLink | undefined> {
  return (await access.links.list()).find((link) => link.id === id);
}

export const roleHandlers = {
  'roles.list': list,
  'role-links.list': listLinks,
  'role-links.assign': assign,
  'role-links.revoke': revoke,
};
