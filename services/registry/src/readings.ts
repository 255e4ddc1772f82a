import type { Action, OwnReading } from '@modelward/contract';
import { artifactPlace } from './artifacts/place-asked.ts';
import type { Stores } from './call.ts';
import { findExperimentNamed } from './experiments/experiments.ts';
import { sourceRunId } from './logged-models/logged-models.ts';
import type { Fields } from './request/fields.ts';
import { experimentId, experimentName, loggedModelId, modelName, runId } from './request/values.ts';
import { searchedExperiments } from './runs/runs.ts';
import { versionKey } from './versions/render-version.ts';
import { readOrigin, type Source } from './versions/source.ts';
import { readVersionKey } from './versions/versions.ts';

/*
 * What each operation is about to read and change, read from its own fields: the second decision asks about exactly this,
 * whatever the gateway understood. Written apart from the gateway's reading on purpose.
 */

export type ReadingsOf = (fields: Fields, stores: Stores) => readonly OwnReading[] | Promise<readonly OwnReading[]>;
type PlainReadingsOf = (fields: Fields) => readonly OwnReading[];

export const experiment =
  (action: Action): PlainReadingsOf =>
  (fields) => [{ action, type: 'Experiment', key: experimentId(fields.required('experiment_id')) }];

export const run =
  (action: Action): PlainReadingsOf =>
  (fields) => [{ action, type: 'Run', key: runId(fields) }];

export const loggedModel =
  (action: Action): PlainReadingsOf =>
  (fields) => [changedModel(action, fields.required('model_id'))];

export const model =
  (action: Action): PlainReadingsOf =>
  (fields) => [{ action, type: 'Model', key: modelName(fields.required('name')) }];

export const version =
  (action: Action): PlainReadingsOf =>
  (fields) => [{ action, type: 'ModelVersion', key: versionKey(readVersionKey(fields)) }];

export const artifact =
  (action: Action, field: 'artifact_path' | 'path' = 'artifact_path'): PlainReadingsOf =>
  (fields) => [{ action, ...artifactPlace(fields, field).owner }];

/** Lists are asked about row by row. */
export const rows: PlainReadingsOf = () => [];

export const inExperiments: PlainReadingsOf = (fields) =>
  searchedExperiments(fields).map((key) => ({ action: 'experiment.read', type: 'Experiment', key }));

/** A name is not a resource: what is asked about is what it stands for. */
export const namedExperiment: ReadingsOf = async (fields, stores) => {
  const { id } = await findExperimentNamed(stores, fields);
  return [{ action: 'experiment.read', type: 'Experiment', key: id }];
};

export const newExperiment: PlainReadingsOf = (fields) => [
  { action: 'experiment.create', type: 'Project', key: experimentName(fields.required('name')) },
];

export const newModel: PlainReadingsOf = (fields) => [
  { action: 'model.create', type: 'Project', key: modelName(fields.required('name')) },
];

export const newLoggedModel: PlainReadingsOf = (fields) => {
  const source = sourceRunId(fields);
  return [
    ...experiment('run.create')(fields),
    ...(source === undefined ? [] : [{ action: 'run.read', type: 'Run', key: source } as const]),
  ];
};

/** A measurement may be of a logged model besides. */
export const runMetric: PlainReadingsOf = (fields) => [...run('run.update')(fields), ...modelsIn([fields])];

/** A run's change that writes to the logged models that a list names. */
export const runAndModels =
  (list: string): PlainReadingsOf =>
  (fields) => [...run('run.update')(fields), ...modelsIn(fields.objects(list))];

function modelsIn(items: readonly Fields[]): readonly OwnReading[] {
  const ids = new Set(items.map((item) => item.text('model_id')));
  return [...ids].flatMap((id) => (id === undefined ? [] : [changedModel('run.update', id)]));
}

function changedModel(action: Action, id: string): OwnReading {
  return { action, type: 'LoggedModel', key: loggedModelId(id) };
}

/** Everything that a version says it comes from is read through it from then on (CVE-2026-69148). */
export const newVersion: PlainReadingsOf = (fields) => {
  const origin = readOrigin(fields);
  const named: OwnReading[] = [];
  if (origin.runId !== undefined) named.push({ action: 'run.read', type: 'Run', key: origin.runId });
  if (origin.modelId !== undefined) named.push({ action: 'run.read', type: 'LoggedModel', key: origin.modelId });
  return [...model('version.register')(fields), ...named, sourceReading(origin.source)];
};

function sourceReading(source: Source): OwnReading {
  switch (source.from) {
    case 'run':
      return { action: 'artifact.read', type: 'Run', key: source.runId };
    case 'logged-model':
      return { action: 'artifact.read', type: 'LoggedModel', key: source.modelId };
    case 'version':
      return { action: 'version.download', type: 'ModelVersion', key: versionKey(source) };
    case 'artifacts':
      return { action: 'artifact.read', ...source.place.owner };
  }
}
