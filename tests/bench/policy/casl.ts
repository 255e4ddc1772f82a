import { AbilityBuilder, createMongoAbility, type MongoAbility, subject } from '@casl/ability';
import type { Contender } from './measure.ts';
import { byName, type Entity, entities, type Name, type Request, requests } from './scenario.ts';

/*
 * The scenario as a CASL user would write it: rules for each account, built once and kept; conditions on the resource. What
 * CASL cannot say (the context of a request, comparisons of two resources) is left out, which makes its work less, not more.
 */

const use = ['model.read', 'model.list', 'artifact.read', 'deployment.read', 'pipeline.read'];
const manage = [
  'model.promote',
  'model.delete',
  'artifact.write',
  'deployment.approve',
  'deployment.deploy',
  'pipeline.run',
];

export function casl(name: string, kept: 'kept' | 'rebuilt'): Contender {
  const abilities = new Map(accounts().map((account) => [keyOf(account.uid), abilityOf(account)]));
  const subjects = new Map(entities.map((entity) => [keyOf(entity.uid), subjectOf(entity)]));
  const decide = ({ principal, action, resource }: Request): boolean => {
    const account = byName.get(keyOf(principal));
    if (account === undefined) return false;
    const ability = kept === 'kept' ? abilities.get(keyOf(principal)) : abilityOf(account);
    return ability?.can(action.id, subjects.get(keyOf(resource)) ?? resource.type) === true;
  };
  return { name, decide: (at) => decide(requests[at] as Request) };
}

function keyOf({ type, id }: Name): string {
  return `${type} ${id}`;
}

function accounts(): readonly Entity[] {
  return entities.filter(({ uid }) => uid.type === 'User' || uid.type === 'Service');
}

function subjectOf({ uid, attrs, parents, tags = {} }: Entity) {
  const flat = Object.entries(attrs).map(([name, value]) => [name, plain(value)]);
  const projects = parents.map(({ id }) => id);
  return subject(uid.type, { ...Object.fromEntries(flat), ...tags, projects });
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  const { __entity } = Object(value) as { __entity?: Name };
  return __entity === undefined ? value : __entity.id;
}

const teamProjects: Readonly<Record<string, string>> = {
  vision: 'p0',
  speech: 'p1',
  fraud: 'p2',
  search: 'p3',
  ranking: 'p4',
};

function abilityOf({ uid, attrs, parents }: Entity): MongoAbility {
  const { can, cannot, build } = new AbilityBuilder<MongoAbility>(createMongoAbility);
  const within = new Set(parents.map(({ id }) => id));
  const { id } = uid;
  if (within.has('viewer') || (within.has('scientist') && attrs.active)) can(use, 'all');
  if (within.has('releaser')) can('model.promote', 'Model', { stage: 'staging' });
  if (within.has('admin')) can([...use, ...manage], 'all');
  for (const [team, project] of Object.entries(teamProjects)) {
    if (within.has(team)) can(use, 'all', { projects: { $in: [project] } });
    if (within.has(team)) can('artifact.write', 'Artifact', { projects: { $in: [project] } });
  }
  can(['model.read', 'model.list'], 'Model', { visibility: 'public' });
  can('deployment.read', 'Deployment', { environment: { $regex: /^demo/ } });
  if (uid.type === 'User') addPerson();
  else addService();
  cannot('model.delete', 'Model', { stage: 'production' });
  return build();

  function addPerson(): void {
    can(['model.read', 'model.list'], 'Model', { owner: id });
    can('model.delete', 'Model', { owner: id, stage: { $ne: 'production' } });
    can('artifact.read', 'Artifact', { owner: id });
    can('artifact.write', 'Artifact', { owner: id, size: { $lt: 5000 } });
    can('deployment.read', 'Deployment', { owner: id });
    can('pipeline.run', 'Pipeline', { owner: id });
    can('model.list', 'Model', { projects: { $in: ['p5', 'p6'] } });
    if (attrs.department === 'research') can('model.read', 'Model', { sensitivity: { $lte: attrs.clearance } });
    if (attrs.department === 'compliance') can('model.read', 'Model', { region: { $regex: /^eu-/ } });
    if (attrs.mfa && within.has('releaser')) can('deployment.approve', 'Deployment', { requestedBy: { $ne: id } });
    can('model.promote', 'Model', { approvers: { $in: [id] }, owner: { $ne: id } });
    can('pipeline.read', 'Pipeline', { schedule: { $regex: /daily/ } });
    cannot([...use, ...manage], 'Artifact', { sensitivity: { $gt: attrs.clearance } });
    cannot('deployment.approve', 'Deployment', { owner: id });
    if (!attrs.active) cannot([...use, ...manage], 'all');
  }

  function addService(): void {
    if (attrs.trusted && attrs.environment === 'production') can(['model.read', 'artifact.read'], 'all');
    if (within.has('trainer')) can('artifact.write', 'Artifact');
    if (within.has('trainer')) can(['pipeline.read', 'pipeline.run'], 'Pipeline');
    if (within.has('deployer')) can('deployment.deploy', 'Deployment', { environment: attrs.environment });
  }
}
