import type {
  Entity,
  EntityRef,
  PolicyContext,
  PolicyLink,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
} from '../engine.ts';

/* One person, one of everything in a project, in the shape of the default bundle's schema. */

const ref = (type: string, id: string): EntityRef => ({ type, id });
const entity = (uid: EntityRef, parents: readonly EntityRef[], attributes: Entity['attributes'] = {}): Entity => ({
  uid,
  parents,
  attributes,
});

export const organization = ref('Organization', 'org_main');
export const ada = ref('User', 'acc_ada');
export const bob = ref('User', 'acc_bob');
export const job = ref('Service', 'acc_job');
export const team = ref('Group', 'grp_team');
export const project = ref('Project', 'prj_fraud');
const listedProject = ref('Project', 'prj_open');

type Made = { readonly in: EntityRef; readonly project?: EntityRef; readonly by?: EntityRef };

function made(uid: EntityRef, place: Made, more: Entity['attributes'] = {}): Entity {
  const by = place.by ?? bob;
  const facts = { project: place.project ?? project, ownerId: by.id, producerId: by.id };
  return entity(uid, [place.in], { ...facts, ...more });
}

const [experiment, ownExperiment, listedExperiment] = ['res_exp', 'res_exp_own', 'res_exp_open'].map((id) =>
  ref('Experiment', id),
) as [EntityRef, EntityRef, EntityRef];
const [model, servedModel, listedModel] = ['res_mod', 'res_mod_live', 'res_mod_open'].map((id) => ref('Model', id)) as [
  EntityRef,
  EntityRef,
  EntityRef,
];

const artifact = { path: 'model/weights.bin', registered: false };
const sensitivity = (name: string) => ({ sensitivity: name });
const [production, staging] = ['env_live', 'env_try'].map((id) => ref('Environment', id)) as [EntityRef, EntityRef];
const asked = (by: EntityRef, beneficiary: EntityRef) => ({ requesterId: by.id, beneficiaryId: beneficiary.id });

function deployment(uid: EntityRef, within: EntityRef, environment: EntityRef): Entity {
  const facts = { project: within, environment, ownerId: bob.id, producerId: bob.id };
  return entity(uid, [within, environment], facts);
}

/** Every resource that a matrix is made over, by what it is called there. */
export const resources = {
  Organization: organization,
  Project: project,
  'Project, listed': listedProject,
  Experiment: experiment,
  'Experiment, own': ownExperiment,
  'Experiment, listed': listedExperiment,
  Run: ref('Run', 'res_run'),
  'Run, own': ref('Run', 'res_run_own'),
  Model: model,
  'Model, production': servedModel,
  'Model, listed': listedModel,
  ModelVersion: ref('ModelVersion', 'res_ver'),
  'ModelVersion, production': ref('ModelVersion', 'res_ver_live'),
  'ModelVersion, beside': ref('ModelVersion', 'res_ver_old'),
  Artifact: ref('Artifact', 'res_file'),
  'Artifact, own': ref('Artifact', 'res_file_own'),
  'Artifact, restricted': ref('Artifact', 'res_file_secret'),
  Pipeline: ref('Pipeline', 'res_pipe'),
  'Pipeline, listed': ref('Pipeline', 'res_pipe_open'),
  PipelineRun: ref('PipelineRun', 'res_pipe_run'),
  Environment: staging,
  'Environment, production': production,
  Deployment: ref('Deployment', 'res_dep'),
  'Deployment, production': ref('Deployment', 'res_dep_live'),
  'Deployment, listed': ref('Deployment', 'res_dep_open'),
  AccessRequest: ref('AccessRequest', 'req_of_bob'),
  'AccessRequest, own': ref('AccessRequest', 'req_of_ada'),
  'AccessRequest, for oneself': ref('AccessRequest', 'req_for_ada'),
  PolicyBundle: ref('PolicyBundle', 'pol_next'),
  AuditLog: ref('AuditLog', 'log_main'),
  User: bob,
  'User, self': ada,
  Service: job,
  Group: team,
  Device: ref('Device', 'dev_of_bob'),
  'Device, own': ref('Device', 'dev_of_ada'),
} as const;

const stage = (name: string) => ({ stage: name, sensitivity: 'internal' });

export const entities: readonly Entity[] = [
  entity(organization, []),
  entity(team, [organization]),
  entity(ada, [organization, team], { accountId: ada.id }),
  entity(bob, [organization], { accountId: bob.id }),
  entity(job, [organization], { accountId: job.id }),
  entity(project, [organization], { listed: false }),
  entity(listedProject, [organization], { listed: true }),
  made(experiment, { in: project }, sensitivity('internal')),
  made(ownExperiment, { in: project, by: ada }, sensitivity('internal')),
  made(listedExperiment, { in: listedProject, project: listedProject }, sensitivity('internal')),
  made(resources.Run, { in: experiment }, sensitivity('internal')),
  made(resources['Run, own'], { in: ownExperiment, by: ada }, sensitivity('internal')),
  made(model, { in: project }, stage('None')),
  made(servedModel, { in: project }, stage('Production')),
  made(listedModel, { in: listedProject, project: listedProject }, stage('None')),
  made(resources.ModelVersion, { in: model }, { model, ...stage('None') }),
  made(resources['ModelVersion, production'], { in: servedModel }, { model: servedModel, ...stage('Production') }),
  made(resources['ModelVersion, beside'], { in: servedModel }, { model: servedModel, ...stage('None') }),
  made(resources.Artifact, { in: resources.Run }, { ...artifact, ...sensitivity('internal') }),
  made(resources['Artifact, own'], { in: resources['Run, own'], by: ada }, { ...artifact, ...sensitivity('internal') }),
  made(
    resources['Artifact, restricted'],
    { in: resources.ModelVersion },
    { ...artifact, registered: true, ...sensitivity('restricted') },
  ),
  made(resources.Pipeline, { in: project }),
  made(resources['Pipeline, listed'], { in: listedProject, project: listedProject }),
  made(resources.PipelineRun, { in: resources.Pipeline }),
  entity(staging, [organization], { production: false }),
  entity(production, [organization], { production: true }),
  deployment(resources.Deployment, project, staging),
  deployment(resources['Deployment, production'], project, production),
  deployment(resources['Deployment, listed'], listedProject, staging),
  entity(resources.AccessRequest, [project], asked(bob, bob)),
  entity(resources['AccessRequest, own'], [project], asked(ada, bob)),
  entity(resources['AccessRequest, for oneself'], [project], asked(bob, ada)),
  entity(resources.PolicyBundle, [organization], { active: false }),
  entity(resources.AuditLog, [organization]),
  entity(resources.Device, [organization], { ownerId: bob.id, managed: false }),
  entity(resources['Device, own'], [organization], { ownerId: ada.id, managed: false }),
];

export function link(role: string, scope: EntityRef, principal: EntityRef = ada): PolicyLink {
  return { id: `lnk_${role}_${principal.id}_${scope.id}`, role, principal, scope };
}

export type Level = 'none' | 'aal1' | 'aal2' | 'aal3';

const longAgo = 3_155_760_000;

/** What each field of the context is when nothing is known; the shape is that of the default bundle's schema. */
const unknown = {
  auth: { level: 'none', ageSeconds: longAgo, phishingResistant: false, credential: 'test' },
  token: { binding: 'none', scopes: [], narrowed: false },
  device: { tier: 0, managed: false, compliant: false },
  network: { zone: 'unknown', address: { ip: '0.0.0.0' } },
  interface: 'mlflow',
  risk: 'unknown',
  time: { datetimeMs: 1_800_000_000_000 },
  approvals: { people: 0, disinterested: 0, digest: '' },
  content: { digest: '' },
  change: { gainerIds: [], soleAdministrator: false },
  task: '',
  freshness: { directorySeconds: longAgo },
} as const;

/** Fields that are known, in place of what they are when nothing is. */
export type Known = { readonly [Field in keyof typeof unknown]?: PolicyValue | PolicyRecord };

/** Circumstances that guardrails ask for, by what they are called in the matrix. */
export const bound: Known = { auth: { level: 'aal2', ageSeconds: 60 }, token: { binding: 'session' } };
export const passkey: Known = {
  auth: { level: 'aal2', ageSeconds: 60, phishingResistant: true },
  token: { binding: 'session' },
};
export const approved: Known = {
  auth: { level: 'aal2', ageSeconds: 60 },
  token: { binding: 'dpop' },
  approvals: { people: 1, digest: 'sha256:1' },
  content: { digest: 'sha256:1' },
};

function levelKnown(level: Level): Known {
  return level === 'none' ? {} : { auth: { level, ageSeconds: 60 }, token: { binding: 'session' } };
}

function contextOf(known: Known | Level): PolicyContext {
  const given: Readonly<Record<string, unknown>> = typeof known === 'string' ? levelKnown(known) : known;
  const fields = Object.entries(unknown).map(([name, value]): [string, PolicyValue] => {
    const isRecord = typeof value === 'object' && !('datetimeMs' in value);
    if (!isRecord) return [name, (given[name] ?? value) as PolicyValue];
    return [name, { record: { ...value, ...(given[name] as PolicyRecord | undefined) } }];
  });
  return Object.fromEntries(fields);
}

type Asked = { readonly action: string; readonly on: EntityRef; readonly links?: readonly PolicyLink[] };

export function ask(
  { action, on, links = [] }: Asked,
  known: Known | Level = 'aal2',
  principal: EntityRef = ada,
): PolicyQuestion {
  return { principal, action, resource: on, context: contextOf(known), entities: sliceOf(principal, on), links };
}

function sliceOf(...of: readonly EntityRef[]): readonly Entity[] {
  const seen = new Set(of.map(({ id }) => id));
  for (const id of seen) {
    for (const parent of entities.find(({ uid }) => uid.id === id)?.parents ?? []) seen.add(parent.id);
  }
  return entities.filter(({ uid }) => seen.has(uid.id));
}
