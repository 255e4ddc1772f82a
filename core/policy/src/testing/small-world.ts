import type { Entity, EntityRef, PolicyContext, PolicyLink, PolicyQuestion } from '../engine.ts';

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
export const listedProject = ref('Project', 'prj_open');

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
  User: bob,
  'User, self': ada,
  Service: job,
} as const;

const stage = (name: string) => ({ stage: name });

export const entities: readonly Entity[] = [
  entity(organization, []),
  entity(team, [organization]),
  entity(ada, [organization, team], { accountId: ada.id }),
  entity(bob, [organization], { accountId: bob.id }),
  entity(job, [organization], { accountId: job.id }),
  entity(project, [organization], { listed: false }),
  entity(listedProject, [organization], { listed: true }),
  made(experiment, { in: project }),
  made(ownExperiment, { in: project, by: ada }),
  made(listedExperiment, { in: listedProject, project: listedProject }),
  made(resources.Run, { in: experiment }),
  made(resources['Run, own'], { in: ownExperiment, by: ada }),
  made(model, { in: project }, stage('None')),
  made(servedModel, { in: project }, stage('Production')),
  made(listedModel, { in: listedProject, project: listedProject }, stage('None')),
  made(resources.ModelVersion, { in: model }, { model, ...stage('None') }),
  made(resources['ModelVersion, production'], { in: servedModel }, { model: servedModel, ...stage('Production') }),
  made(resources['ModelVersion, beside'], { in: servedModel }, { model: servedModel, ...stage('None') }),
];

export function link(role: string, scope: EntityRef, principal: EntityRef = ada): PolicyLink {
  return { id: `lnk_${role}_${principal.id}_${scope.id}`, role, principal, scope };
}

export type Level = 'none' | 'aal1' | 'aal2' | 'aal3';

function contextOf(level: Level): PolicyContext {
  return {
    auth: { record: { level, credential: 'test' } },
    token: { record: { bound: level !== 'none' } },
    interface: 'mlflow',
    risk: 'unknown',
    time: { datetimeMs: 1_800_000_000_000 },
  };
}

type Asked = { readonly action: string; readonly on: EntityRef; readonly links?: readonly PolicyLink[] };

export function ask(
  { action, on, links = [] }: Asked,
  level: Level = 'aal1',
  principal: EntityRef = ada,
): PolicyQuestion {
  return { principal, action, resource: on, context: contextOf(level), entities: sliceOf(principal, on), links };
}

function sliceOf(...of: readonly EntityRef[]): readonly Entity[] {
  const seen = new Set(of.map(({ id }) => id));
  for (const id of seen) {
    for (const parent of entities.find(({ uid }) => uid.id === id)?.parents ?? []) seen.add(parent.id);
  }
  return entities.filter(({ uid }) => seen.has(uid.id));
}
