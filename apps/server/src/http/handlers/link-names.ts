import type { RoleLink } from '@modelward/access';
import type { EndpointOutput } from '@modelward/contract';
import type { ControlDeps } from '../deps.ts';
import type { About } from '../handler.ts';

type NamedLink = EndpointOutput<'role-links.list'>['links'][number];

type Naming = { readonly deps: ControlDeps; readonly known: Map<string, Promise<string | undefined>> };

/** Links with the names that people know their ends by. What has ended since keeps its id; each id is looked up once. */
export function nameLinks(links: readonly RoleLink[], deps: ControlDeps): Promise<NamedLink[]> {
  const naming: Naming = { deps, known: new Map() };
  return Promise.all(links.map((link) => nameLink(link, naming)));
}

async function nameLink(link: RoleLink, naming: Naming): Promise<NamedLink> {
  const { id, role, principal, scope, fromMs, untilMs, origin } = link;
  const [principalName, scopeName] = await Promise.all([
    lookUp(principal.id, naming, () => findPrincipalName(principal, naming.deps)),
    lookUp(scope.id, naming, () => findScopeName(scope, naming.deps)),
  ]);
  return {
    id,
    role,
    principal: { ...principal, name: principalName ?? principal.id },
    scope: { ...scope, name: scopeName ?? scope.id },
    fromMs,
    untilMs: untilMs ?? null,
    origin,
  };
}

function lookUp(id: string, { known }: Naming, find: () => Promise<string | undefined>): Promise<string | undefined> {
  const name = known.get(id) ?? find();
  known.set(id, name);
  return name;
}

async function findPrincipalName(
  { kind, id }: RoleLink['principal'],
  { identity }: ControlDeps,
): Promise<string | undefined> {
  if (kind === 'group') return (await identity.groups.findById(id))?.name;
  return (await identity.accounts.findById(id))?.name;
}

async function findScopeName({ type, id }: RoleLink['scope'], { access }: ControlDeps): Promise<string | undefined> {
  if (type === 'Organization') return 'organization';
  if (type === 'Project') return (await access.projects.findById(id))?.key;
  const resource = await access.resources.findById(id);
  return resource?.name ?? resource?.key;
}

/** `organization`, `project:key`, `model:name` or `experiment:id`, as the contract checked it. */
export async function resolveScope(text: string, { access }: ControlDeps): Promise<About> {
  if (text === 'organization')
    return { resource: { type: 'Organization' }, named: { type: 'Organization', name: text } };
  const [kind = '', name = ''] = splitOnce(text);
  if (kind === 'project') {
    const project = await access.projects.findByKey(name);
    return { resource: project && { type: 'Project', id: project.id }, named: { type: 'Project', name } };
  }
  const type = kind === 'model' ? 'Model' : 'Experiment';
  return { resource: await access.resources.find(type, name), named: { type, name } };
}

/** `alice`, `service:ci` or `group:team`. */
export async function resolvePrincipal(
  text: string,
  { identity }: ControlDeps,
): Promise<RoleLink['principal'] | undefined> {
  const [kind, name] = text.includes(':') ? splitOnce(text) : ['person', text];
  if (kind === 'group') {
    const group = await identity.groups.find(name);
    return group && { kind: 'group', id: group.id };
  }
  const account = await identity.accounts.find(name);
  return account?.kind === kind ? { kind: account.kind, id: account.id } : undefined;
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf(':');
  return [text.slice(0, at), text.slice(at + 1)];
}
