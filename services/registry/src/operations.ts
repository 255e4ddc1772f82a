import type { JsonObject } from '@modelward/basics';
import type { UpstreamAnswer } from '@modelward/contract';
import { deleteAlias, getVersionByAlias, setAlias } from './aliases/aliases.ts';
import { browseArtifacts, deleteArtifact, listArtifacts } from './artifacts/listing.ts';
import { downloadArtifact, type Transfer, uploadArtifact } from './artifacts/transfer.ts';
import type { Call } from './call.ts';
import * as experiments from './experiments/experiments.ts';
import * as loggedModels from './logged-models/logged-models.ts';
import * as models from './models/models.ts';
import * as of from './readings.ts';
import * as logging from './runs/logging.ts';
import * as runs from './runs/runs.ts';
import * as versions from './versions/versions.ts';

type Perform = (call: Call) => Promise<JsonObject>;

/** One call of MLflow's REST API: what it is about, for the second decision, and what it does. */
export type Operation = { readonly line: string; readonly readings: of.ReadingsOf } & (
  | { readonly kind: 'asks' /** All of it or nothing. */ | 'changes'; readonly perform: Perform }
  | {
      readonly kind: 'streams';
      readonly perform: (transfer: Transfer) => Promise<UpstreamAnswer>;
    }
);

function asks(line: string, readings: of.ReadingsOf, perform: Perform): Operation {
  return { line, readings, kind: 'asks', perform };
}

function changes(line: string, readings: of.ReadingsOf, perform: Perform): Operation {
  return { line, readings, kind: 'changes', perform };
}

function streams(
  line: string,
  readings: of.ReadingsOf,
  perform: (transfer: Transfer) => Promise<UpstreamAnswer>,
): Operation {
  return { line, readings, kind: 'streams', perform };
}

/** Below `/api/2.0` and its browser twin `/ajax-api/2.0`; `{name}` is one path segment, `{name+}` the rest of the path. */
export const operations: readonly Operation[] = [
  changes('POST /mlflow/experiments/create', of.newExperiment, experiments.createExperiment),
  asks('GET /mlflow/experiments/get', of.experiment('experiment.read'), experiments.getExperiment),
  asks('GET /mlflow/experiments/get-by-name', of.namedExperiment, experiments.getExperimentByName),
  asks('POST /mlflow/experiments/search', of.rows, experiments.searchExperiments),
  asks('GET /mlflow/experiments/search', of.rows, experiments.searchExperiments),
  changes('POST /mlflow/experiments/update', of.experiment('experiment.update'), experiments.updateExperiment),
  changes('POST /mlflow/experiments/delete', of.experiment('experiment.delete'), experiments.deleteExperiment),
  changes('POST /mlflow/experiments/restore', of.experiment('experiment.delete'), experiments.restoreExperiment),
  changes(
    'POST /mlflow/experiments/set-experiment-tag',
    of.experiment('experiment.update'),
    experiments.setExperimentTag,
  ),

  changes('POST /mlflow/runs/create', of.experiment('run.create'), runs.createRun),
  asks('GET /mlflow/runs/get', of.run('run.read'), runs.getRun),
  asks('POST /mlflow/runs/search', of.inExperiments, runs.searchRuns),
  changes('POST /mlflow/runs/update', of.run('run.update'), runs.updateRun),
  changes('POST /mlflow/runs/delete', of.run('run.delete'), runs.deleteRun),
  changes('POST /mlflow/runs/restore', of.run('run.delete'), runs.restoreRun),
  changes('POST /mlflow/runs/log-parameter', of.run('run.update'), logging.logParameter),
  changes('POST /mlflow/runs/log-metric', of.runMetric, logging.logMetric),
  changes('POST /mlflow/runs/log-batch', of.runAndModels('metrics'), logging.logBatch),
  changes('POST /mlflow/runs/log-inputs', of.runAndModels('models'), logging.logInputs),
  changes('POST /mlflow/runs/outputs', of.runAndModels('models'), logging.logOutputs),
  changes('POST /mlflow/runs/log-model', of.run('run.update'), logging.logModel),
  changes('POST /mlflow/runs/set-tag', of.run('run.update'), logging.setTag),
  changes('POST /mlflow/runs/delete-tag', of.run('run.update'), logging.deleteTag),
  asks('GET /mlflow/metrics/get-history', of.run('run.read'), logging.getMetricHistory),
  asks('GET /mlflow/artifacts/list', of.run('artifact.read'), listArtifacts),

  changes('POST /mlflow/logged-models', of.newLoggedModel, loggedModels.createLoggedModel),
  asks('POST /mlflow/logged-models/search', of.inExperiments, loggedModels.searchLoggedModels),
  asks('GET /mlflow/logged-models/{model_id}', of.loggedModel('run.read'), loggedModels.getLoggedModel),
  changes('PATCH /mlflow/logged-models/{model_id}', of.loggedModel('run.update'), loggedModels.finalizeLoggedModel),
  changes('DELETE /mlflow/logged-models/{model_id}', of.loggedModel('run.delete'), loggedModels.deleteLoggedModel),
  changes('POST /mlflow/logged-models/{model_id}/params', of.loggedModel('run.update'), loggedModels.logModelParams),
  changes('PATCH /mlflow/logged-models/{model_id}/tags', of.loggedModel('run.update'), loggedModels.setModelTags),
  changes(
    'DELETE /mlflow/logged-models/{model_id}/tags/{tag_key}',
    of.loggedModel('run.update'),
    loggedModels.deleteModelTag,
  ),

  changes('POST /mlflow/registered-models/create', of.newModel, models.createModel),
  asks('GET /mlflow/registered-models/get', of.model('model.read'), models.getModel),
  asks('GET /mlflow/registered-models/search', of.rows, models.searchModels),
  asks('GET /mlflow/registered-models/get-latest-versions', of.model('model.read'), versions.getLatestVersions),
  asks('POST /mlflow/registered-models/get-latest-versions', of.model('model.read'), versions.getLatestVersions),
  changes('PATCH /mlflow/registered-models/update', of.model('model.update'), models.updateModel),
  changes('DELETE /mlflow/registered-models/delete', of.model('model.delete'), models.deleteModel),
  changes('POST /mlflow/registered-models/set-tag', of.model('model.update'), models.setModelTag),
  changes('DELETE /mlflow/registered-models/delete-tag', of.model('model.update'), models.deleteModelTag),
  changes('POST /mlflow/registered-models/alias', of.version('alias.set'), setAlias),
  changes('DELETE /mlflow/registered-models/alias', of.model('alias.delete'), deleteAlias),
  asks('GET /mlflow/registered-models/alias', of.model('model.read'), getVersionByAlias),

  changes('POST /mlflow/model-versions/create', of.newVersion, versions.createVersion),
  asks('GET /mlflow/model-versions/get', of.version('version.read'), versions.getVersion),
  asks('GET /mlflow/model-versions/search', of.rows, versions.searchVersions),
  asks('GET /mlflow/model-versions/get-download-uri', of.version('version.download'), versions.getDownloadUri),
  changes('PATCH /mlflow/model-versions/update', of.version('version.update'), versions.updateVersion),
  changes('POST /mlflow/model-versions/transition-stage', of.version('version.promote'), versions.transitionStage),
  changes('DELETE /mlflow/model-versions/delete', of.version('version.delete'), versions.deleteVersion),
  changes('POST /mlflow/model-versions/set-tag', of.version('version.update'), versions.setVersionTag),
  changes('DELETE /mlflow/model-versions/delete-tag', of.version('version.update'), versions.deleteVersionTag),

  streams('GET /mlflow-artifacts/artifacts/{artifact_path+}', of.artifact('artifact.read'), downloadArtifact),
  streams('PUT /mlflow-artifacts/artifacts/{artifact_path+}', of.artifact('artifact.write'), uploadArtifact),
  changes('DELETE /mlflow-artifacts/artifacts/{artifact_path+}', of.artifact('artifact.delete'), deleteArtifact),
  asks('GET /mlflow-artifacts/artifacts', of.artifact('artifact.read', 'path'), browseArtifacts),
];
