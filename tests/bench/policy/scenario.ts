import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, seeded } from '../../conformance/cedar-fuzz/random.ts';

/* The scenario that all engines are measured over: 40 policies, 200 entities, 1,000 requests, the same in every run. */

export type Name = { readonly type: string; readonly id: string };
type Attributes = Record<string, unknown>;
export type Entity = {
  readonly uid: Name;
  readonly attrs: Attributes;
  readonly parents: readonly Name[];
  readonly tags?: Record<string, string>;
};
export type Request = {
  readonly principal: Name;
  readonly action: Name;
  readonly resource: Name;
  readonly context: Attributes;
};

const folder = join(import.meta.dirname, 'scenario');
export const schema = readFileSync(join(folder, 'schema.cedarschema'), 'utf8');
export const policies = readFileSync(join(folder, 'policies.cedar'), 'utf8');

const random = seeded(2026);
const ids = (type: string, count: number) =>
  Array.from({ length: count }, (_, at): Name => ({ type, id: `${type[0]?.toLowerCase()}${at}` }));
const named = (type: string, ...names: readonly string[]) => names.map((id): Name => ({ type, id }));
const pick = <Item>(items: readonly Item[], by: Random = random): Item => items[by.below(items.length)] as Item;
const entity = ({ type, id }: Name) => ({ __entity: { type, id } });

const org: Name = { type: 'Org', id: 'main' };
const teams = named(
  'Team',
  'vision',
  'speech',
  'fraud',
  'search',
  'ranking',
  'ops',
  'audit',
  'data',
  'risk',
  'web',
  'edge',
);
const roles = named('Role', 'viewer', 'scientist', 'releaser', 'admin', 'trainer', 'deployer');
const users = ids('User', 60);
const services = ids('Service', 8);
const projects = ids('Project', 10);
const models = ids('Model', 50);
const artifacts = ids('Artifact', 20);
const deployments = ids('Deployment', 20);
const pipelines = ids('Pipeline', 14);

const environments = ['production', 'staging', 'demo-1', 'demo-2'];
const [peopleRoles, serviceRoles] = [roles.slice(0, 4), roles.slice(4)];

export const entities: readonly Entity[] = [
  { uid: org, attrs: {}, parents: [] },
  ...[...teams, ...roles].map((uid) => ({ uid, attrs: {}, parents: [org] })),
  ...users.map((uid, at) => ({
    uid,
    attrs: userFacts(),
    parents: [pick(teams), pick(peopleRoles.slice(0, at % 9 === 0 ? 4 : 3))],
  })),
  ...services.map((uid) => ({
    uid,
    attrs: { trusted: random.chance(0.6), environment: pick(environments.slice(0, 2)) },
    parents: [pick(teams), pick(serviceRoles)],
  })),
  ...projects.map((uid) => ({
    uid,
    attrs: { team: entity(pick(teams)), sensitivity: random.below(5), frozen: random.chance(0.1) },
    parents: [org],
  })),
  ...models.map((uid) => ({ uid, ...modelFacts(), parents: [pick(projects)] })),
  ...artifacts.map((uid) => ({
    uid,
    attrs: { owner: entity(pick(users)), sensitivity: random.below(5), size: random.below(9000) },
    parents: [pick(models)],
  })),
  ...deployments.map((uid) => ({
    uid,
    attrs: { owner: entity(pick(users)), environment: pick(environments), requestedBy: entity(pick(users)) },
    parents: [pick(projects)],
  })),
  ...pipelines.map((uid) => ({
    uid,
    attrs: { owner: entity(pick(users)), schedule: pick(['every-daily-night', 'hourly', 'by hand']) },
    parents: [pick(projects)],
  })),
];

function userFacts(): Attributes {
  return {
    department: pick(['research', 'product', 'compliance']),
    clearance: random.below(5),
    active: random.chance(0.95),
    mfa: random.chance(0.7),
    contractor: random.chance(0.2),
    projects: [entity(pick(projects)), entity(pick(projects))],
  };
}

function modelFacts() {
  const stage = pick(['none', 'staging', 'production']);
  return {
    attrs: {
      owner: entity(pick(users)),
      stage,
      sensitivity: random.below(5),
      approvers: [entity(pick(users)), entity(pick(users))],
    },
    tags: { visibility: pick(['public', 'internal', 'internal']), region: pick(['eu-west', 'us-east']) },
  };
}

const asked: readonly (readonly [readonly Name[], readonly string[]])[] = [
  [models, ['model.read', 'model.list', 'model.read', 'model.promote', 'model.delete']],
  [artifacts, ['artifact.read', 'artifact.write']],
  [deployments, ['deployment.read', 'deployment.approve', 'deployment.deploy']],
  [pipelines, ['pipeline.read', 'pipeline.run']],
];

export const requests: readonly Request[] = Array.from({ length: 1000 }, () => {
  const [resources, actions] = pick(asked);
  return {
    principal: random.chance(0.85) ? pick(users) : pick(services),
    action: { type: 'Action', id: pick(actions) },
    resource: pick(resources),
    context: {
      ip: { __extn: { fn: 'ip', arg: pick(['10.1.2.3', '10.9.8.7', '192.0.2.1', '127.0.0.1']) } },
      now: {
        __extn: { fn: 'datetime', arg: pick(['2026-11-24T08:30:00Z', '2026-11-24T21:30:00Z', '2026-12-25T10:00:00Z']) },
      },
      device: { managed: random.chance(0.7), tier: random.below(4) },
      session: { age: random.below(7200), strong: random.chance(0.5) },
      risk: random.below(100),
    },
  };
});

/** What lies above an entity, and itself: what is sent with a request where an engine keeps no entities. */
export function slice({ principal, resource }: Request): readonly Entity[] {
  const wanted = [principal, resource];
  const found = new Map<string, Entity>();
  for (const name of wanted) {
    const one = byName.get(`${name.type} ${name.id}`);
    if (one === undefined || found.has(`${name.type} ${name.id}`)) continue;
    found.set(`${name.type} ${name.id}`, one);
    wanted.push(...one.parents);
  }
  return [...found.values()];
}

export const byName: ReadonlyMap<string, Entity> = new Map(
  entities.map((one) => [`${one.uid.type} ${one.uid.id}`, one]),
);
