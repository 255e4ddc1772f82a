import type { ResourceRef } from '@modelward/access';
import { type Action, type AuthzenEntity, actions } from '@modelward/contract';
import type { ControlDeps } from '../deps.ts';

/** What a question of AuthZEN names, by the types that `policies/schema.cedarschema` declares and an id or a name. */
export type Principal = { readonly kind: 'person' | 'service'; readonly id: string };

/** Where a caller has to have the right to ask: a project, or the organization for what lies in none. */
export type Place = { readonly type: 'Organization' } | { readonly type: 'Project'; readonly id: string };

export type Thing = { readonly ref: ResourceRef | undefined; readonly place: Place };

/** No account and no project has these ids: the same questions are asked about what is not there. */
const missing = { account: 'acc_missing', project: 'prj_missing' } as const;
const nowhere: Thing = { ref: undefined, place: { type: 'Project', id: missing.project } };
const organization = { type: 'Organization' } as const;

const kinds: Readonly<Record<string, Principal['kind']>> = { User: 'person', Service: 'service' };
const storedTypes = ['Experiment', 'Run', 'LoggedModel', 'Model', 'ModelVersion'] as const;
export type StoredType = (typeof storedTypes)[number];

export function asStoredType(type: string): StoredType | undefined {
  return storedTypes.find((one) => one === type);
}

export function asKind(type: string): Principal['kind'] | undefined {
  return Object.hasOwn(kinds, type) ? kinds[type] : undefined;
}

export function asAction(name: string): Action | undefined {
  return actions.find((one) => one === name);
}

/** The types that Modelward's own policies speak of; what an application calls something else is its own. */
export function isOurs({ type }: { readonly type: string }): boolean {
  return ['Organization', 'Project', ...Object.keys(kinds), ...storedTypes].includes(type);
}

/** Whether the policies speak of this action on something of this type. */
export function isDeclared(action: Action, type: string, { bundle }: Pick<ControlDeps, 'bundle'>): boolean {
  const declared = [...bundle.types.actions.values()].find(({ node }) => node.id === action);
  // Logged models are decided as runs.
  return declared?.resources.has(type === 'LoggedModel' ? 'Run' : type) ?? false;
}

/** An account by its id or name. Somebody who is not there is asked about all the same. */
export async function findPrincipal({ type, id }: AuthzenEntity, { identity }: ControlDeps): Promise<Principal> {
  const kind = asKind(type) ?? 'person';
  if (id.startsWith('acc_')) return { kind, id };
  const account = await identity.accounts.find(id);
  return { kind, id: account?.kind === kind ? account.id : missing.account };
}

/** A resource by its id, or by what its interface calls it: a model's name, `name/1` for a version, an experiment's id. */
export async function findThing(entity: AuthzenEntity, deps: ControlDeps): Promise<Thing> {
  const { type, id } = entity;
  if (type === 'Organization') return { ref: organization, place: organization };
  if (asKind(type) !== undefined) {
    const { id: accountId } = await findPrincipal(entity, deps);
    return { ref: { type: 'Account', id: accountId }, place: organization };
  }
  if (type === 'Project') return findProject(id, deps);
  const stored = asStoredType(type);
  if (stored === undefined) return nowhere;
  const { resources } = deps.access;
  const found = await (id.startsWith('res_') ? resources.findById(id) : resources.find(stored, id));
  if (found?.type !== stored || found.state !== 'live') return nowhere;
  return { ref: found, place: { type: 'Project', id: found.projectId } };
}

/** By its id it is asked about as it stands: whether there is such a project is a fact of the decision. */
async function findProject(id: string, { access }: ControlDeps): Promise<Thing> {
  if (id.startsWith('prj_')) return { ref: { type: 'Project', id }, place: { type: 'Project', id } };
  const project = await access.projects.findByKey(id);
  if (project === undefined) return nowhere;
  const place = { type: 'Project', id: project.id } as const;
  return { ref: place, place };
}
