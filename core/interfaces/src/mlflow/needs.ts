import type { Action } from '@modelward/contract';
import type { Effect, KeyedType, Need } from '../adapter.ts';
import { artifactOwner, isPlainPath } from './artifact-path.ts';
import type { Fields } from './fields.ts';
import { originsOf } from './origins.ts';

/* What each kind of request needs: readers of its fields, put together in the table of routes. */

const on = (type: KeyedType, key: string, action: Action): Need => ({ action, on: { type, key } });

export const experiment = (action: Action) => (fields: Fields) => [
  on('Experiment', fields.required('experiment_id', 'experimentId'), action),
];

/** MLflow still sends the old spelling beside the new one; both may stand when they say the same. */
function runKey(fields: Fields): string {
  const id = fields.optional('run_id', 'runId');
  const old = fields.optional('run_uuid', 'runId');
  if (id !== undefined && old !== undefined && id !== old) fields.reject('`run_id` and `run_uuid` name two runs');
  return id ?? old ?? fields.required('run_id', 'runId');
}
export const run = (action: Action) => (fields: Fields) => [on('Run', runKey(fields), action)];

/** A run's change that may also write to logged models named inside a list. */
export const runAndModels = (list: string) => (fields: Fields) => {
  const key = runKey(fields);
  const items = fields.objects(list);
  for (const item of items) {
    const own = item.optional('run_id', 'runId');
    if (own !== undefined && own !== key) fields.reject(`\`run_id\` inside \`${list}\` names another run`);
  }
  const ids = items.map((item) => item.optional('model_id', 'modelId'));
  const models = [...new Set(ids)].flatMap((id) => (id === undefined ? [] : [on('LoggedModel', id, 'run.update')]));
  return [on('Run', key, 'run.update'), ...models];
};

export const loggedModel = (action: Action) => (fields: Fields) => [
  on('LoggedModel', fields.required('model_id', 'modelId'), action),
];
export const model = (action: Action) => (fields: Fields) => [
  on('Model', fields.required('name', 'modelName'), action),
];

function versionKey(fields: Fields): string {
  return `${fields.required('name', 'modelName')}/${fields.required('version', 'version')}`;
}
export const version = (action: Action) => (fields: Fields) => [on('ModelVersion', versionKey(fields), action)];

/** A search that names its experiments: reading each is needed, and the rows are authorised one by one besides. */
export const inExperiments = (fields: Fields) => {
  const ids = [...new Set(fields.list('experiment_ids', 'experimentId'))];
  if (ids.length === 0 || ids.length > 100) fields.reject('`experiment_ids` must name between 1 and 100 experiments');
  return ids.map((id) => on('Experiment', id, 'experiment.read'));
};

export const artifact = (action: Action, field: 'artifact_path' | 'path') => (fields: Fields) => {
  const owner = artifactOwner(fields.text(field) ?? '');
  if (owner === undefined) fields.reject('the artifact path names no run and no logged model');
  return owner === undefined ? [] : [{ action, on: owner }];
};

export const artifactsOfRun = (fields: Fields) => {
  const path = fields.text('path');
  if (path !== undefined && !isPlainPath(path)) fields.reject('`path` is not a plain relative path');
  return [on('Run', runKey(fields), 'artifact.read')];
};

export const newExperiment = (fields: Fields): readonly Need[] => {
  // A location of the client's choosing would take the artifacts out of everybody's sight, or point the upstream anywhere.
  if (fields.text('artifact_location') !== undefined)
    fields.reject('`artifact_location` is set by the registry; leave it out');
  return [
    {
      action: 'experiment.create',
      on: { type: 'NewIn', of: 'Experiment', name: fields.required('name', 'experimentName') },
    },
  ];
};

export const updatedExperiment = (fields: Fields): readonly Need[] => {
  if (fields.text('new_name') !== undefined) fields.reject('renaming experiments is not supported yet; make a new one');
  return experiment('experiment.update')(fields);
};

export const newLoggedModel = (fields: Fields): readonly Need[] => {
  const source = fields.optional('source_run_id', 'runId');
  return [...experiment('run.create')(fields), ...(source === undefined ? [] : [on('Run', source, 'run.read')])];
};

export const namedExperiment = (fields: Fields): readonly Need[] => [
  {
    action: 'experiment.read',
    on: { type: 'NamedExperiment', name: fields.required('experiment_name', 'experimentName') },
  },
];

export const newModel = (fields: Fields): readonly Need[] => [
  { action: 'model.create', on: { type: 'NewIn', of: 'Model', name: fields.required('name', 'modelName') } },
];

export const aliasedVersion = (fields: Fields): readonly Need[] => {
  fields.required('alias', 'alias');
  return version('alias.set')(fields);
};

export const aliasOfModel = (action: Action) => (fields: Fields) => {
  fields.required('alias', 'alias');
  return model(action)(fields);
};

export const creates =
  (type: KeyedType) =>
  (fields: Fields): Effect => ({ kind: 'creates', type, name: fields.text('name') });
export const createsIn = (type: KeyedType) => (): Effect => ({ kind: 'creates', type, parent: 0 });
export const ends = (): Effect => ({ kind: 'ends' });
export const stages = (fields: Fields): Effect => ({
  kind: 'stages',
  stage: (fields.text('stage') ?? 'None').slice(0, 32),
  archiveOthers: fields.isTrue('archive_existing_versions'),
});

export const runMetric = (fields: Fields) => {
  const id = fields.optional('model_id', 'modelId');
  return [...run('run.update')(fields), ...(id === undefined ? [] : [on('LoggedModel', id, 'run.update')])];
};

export const newVersion = (fields: Fields) => [...model('version.register')(fields), ...originsOf(fields)];

/** Lists are decided row by row. */
export const nothing = () => [];
