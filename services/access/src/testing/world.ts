import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { toBase64Url } from '@modelward/basics';
import type { Action } from '@modelward/contract';
import { createCompiledEngine, type PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { createAccess } from '../access.ts';
import { readBundle } from '../bundles/read-bundle.ts';
import type { Authentication } from '../context/circumstances.ts';
import type { AccessQuestion, ResourceRef } from '../decide/question.ts';
import type { LinkPrincipal, LinkScope } from '../links/link-store.ts';
import type { ResourceFacts } from '../resources/resource-store.ts';
import type { NewResource } from '../resources/resources.ts';

export const policiesFolder = join(import.meta.dirname, '../../../../policies');

export async function defaultEngine(): Promise<PolicyEngine> {
  const bundle = await readBundle(policiesFolder);
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.reason));
  return createCompiledEngine(bundle.value);
}

export function newId(prefix: string): string {
  return `${prefix}_${toBase64Url(randomBytes(16))}`;
}

type Ask = {
  readonly action: Action;
  readonly on: ResourceRef;
  readonly by?: LinkPrincipal;
  readonly level?: Authentication['level'];
  /** How a signed-in person proved who they are. */
  readonly proved?: { readonly phishingResistant: boolean; readonly ageSeconds: number } | undefined;
  readonly scopes?: readonly string[];
};

/** An installation with two projects and a few accounts, and a clock that stands still until it is moved. */
export async function createWorld(database: Database, engine: PolicyEngine) {
  const clock = { nowMs: 1_800_000_000_000 };
  const access = createAccess({ database, engine, nowMs: () => clock.nowMs, newId });
  const { tables } = database;

  const addAccount = async (kind: 'person' | 'service', state: 'active' | 'invited' | 'suspended' = 'active') => {
    const id = newId('acc');
    const row = { id, kind, name: id.toLowerCase(), email: null, state, password_hash: null, created_at_ms: 0 };
    await tables.insertInto('accounts').values(row).execute();
    return { kind, id };
  };
  const addGroup = async (...members: readonly { id: string }[]) => {
    const id = newId('grp');
    await tables.insertInto('groups').values({ id, name: id, created_at_ms: 0 }).execute();
    for (const member of members) {
      await tables.insertInto('group_members').values({ group_id: id, account_id: member.id }).execute();
    }
    return { kind: 'group', id } as const;
  };
  const addProject = async (key: string, listed = false) => {
    const added = await access.projects.add({ key, title: key, listed });
    if (!added.ok) throw new Error(added.reason);
    return added.value;
  };

  const [ada, bob, job] = [await addAccount('person'), await addAccount('person'), await addAccount('service')];
  const [fraud, open] = [await addProject('fraud'), await addProject('open', true)];

  const addLive = async (wanted: Pick<NewResource, 'type' | 'key' | 'parentId'> & Partial<NewResource>) => {
    const by = { ownerId: bob.id, producerId: bob.id, projectId: fraud.id };
    const reserved = await access.resources.reserve({ ...by, ...wanted });
    if (!reserved.ok) throw new Error(reserved.reason);
    await access.resources.confirm(reserved.value.resource.id);
    return { ...reserved.value.resource, state: 'live' } satisfies ResourceFacts;
  };
  const model = await addLive({ type: 'Model', key: 'fraud.scores' });
  const version = await addLive({ type: 'ModelVersion', key: 'fraud.scores/1', parentId: model.id });
  const experiment = await addLive({ type: 'Experiment', key: '1', name: 'fraud/first' });
  const run = await addLive({ type: 'Run', key: 'r1', parentId: experiment.id });

  const assign = async (
    role: string,
    scope: LinkScope,
    more: { to?: LinkPrincipal; fromMs?: number; untilMs?: number } = {},
  ) => {
    const { to = ada, ...times } = more;
    const assigned = await access.links.assign({ role, principal: to, scope, origin: 'test', ...times });
    if (!assigned.ok) throw new Error(assigned.reason);
    return assigned.value;
  };

  const question = ({ action, on, by = ada, level = 'none', scopes, proved }: Ask): AccessQuestion => ({
    principal: by.kind === 'service' ? { kind: 'service', id: by.id } : { kind: 'person', id: by.id },
    authentication: { level, credential: level === 'none' ? 'personal-token' : 'password-session', ...proved },
    scopes,
    interface: 'mlflow',
    asked: [{ action, resource: on }],
  });
  const decide = (ask: Ask) => access.decide(question(ask));

  return {
    access,
    tables,
    clock,
    ada,
    bob,
    job,
    fraud,
    open,
    model,
    version,
    experiment,
    run,
    addAccount,
    addGroup,
    addProject,
    addLive,
    assign,
    question,
    decide,
  };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export function inProject({ id }: { id: string }) {
  return { type: 'Project', id } as const;
}
