import type { Action } from '@modelward/contract';
import type { BodyKind, Effect, KeyedType, Need, RowsRule } from '../adapter.ts';
import type { Fields } from './fields.ts';
import * as need from './needs.ts';

/**
 * The protected routes of MLflow. A request that matches no row is refused, whatever the upstream would make of it.
 * `{name}` stands for one path segment, `{name+}` for the rest of the path; both are among the fields, decoded once.
 */
export type Route = {
  readonly name: string;
  readonly method: string;
  /** Below `/api/<version>` and its browser twin `/ajax-api/<version>`. */
  readonly path: string;
  readonly version: '2.0' | '3.0';
  readonly body: BodyKind;
  readonly needs: (fields: Fields) => readonly Need[];
  readonly effect?: (fields: Fields) => Effect;
  readonly rows?: RowsRule;
  readonly answer?: { readonly [key: string]: string | boolean };
};

type Extras = Partial<Pick<Route, 'version' | 'body' | 'effect' | 'rows' | 'answer'>>;

function row(line: string, name: string, needs: Route['needs'], extras: Extras = {}): Route {
  const [method = '', path = ''] = line.split(' ');
  return { name, method, path, needs, version: '2.0', body: method === 'GET' ? 'none' : 'json', ...extras };
}

function list(field: string, type: KeyedType, action: Action, usualRows: number): { rows: RowsRule } {
  return { rows: { field, type, action, paged: true, usualRows } };
}

const experiments = list('experiments', 'Experiment', 'experiment.read', 1000);
const versions = list('model_versions', 'ModelVersion', 'version.read', 10_000);
const latestVersions = { rows: { ...versions.rows, paged: false } };

export const routes: readonly Route[] = [
  row('POST /mlflow/experiments/create', 'experiments.create', need.newExperiment, {
    effect: need.creates('Experiment'),
  }),
  row('GET /mlflow/experiments/get', 'experiments.get', need.experiment('experiment.read')),
  row('GET /mlflow/experiments/get-by-name', 'experiments.get-by-name', need.namedExperiment),
  row('POST /mlflow/experiments/search', 'experiments.search', need.nothing, experiments),
  row('GET /mlflow/experiments/search', 'experiments.search', need.nothing, experiments),
  row('POST /mlflow/experiments/update', 'experiments.update', need.updatedExperiment),
  row('POST /mlflow/experiments/delete', 'experiments.delete', need.experiment('experiment.delete')),
  row('POST /mlflow/experiments/restore', 'experiments.restore', need.experiment('experiment.delete')),
  row('POST /mlflow/experiments/set-experiment-tag', 'experiments.set-tag', need.experiment('experiment.update')),

  row('POST /mlflow/runs/create', 'runs.create', need.experiment('run.create'), { effect: need.createsIn('Run') }),
  row('GET /mlflow/runs/get', 'runs.get', need.run('run.read')),
  row('POST /mlflow/runs/search', 'runs.search', need.inExperiments, list('runs', 'Run', 'run.read', 1000)),
  row('POST /mlflow/runs/update', 'runs.update', need.run('run.update')),
  row('POST /mlflow/runs/delete', 'runs.delete', need.run('run.delete')),
  row('POST /mlflow/runs/restore', 'runs.restore', need.run('run.delete')),
  row('POST /mlflow/runs/log-parameter', 'runs.log-parameter', need.run('run.update')),
  row('POST /mlflow/runs/log-metric', 'runs.log-metric', need.runMetric),
  row('POST /mlflow/runs/log-batch', 'runs.log-batch', need.runAndModels('metrics')),
  row('POST /mlflow/runs/log-inputs', 'runs.log-inputs', need.runAndModels('models')),
  row('POST /mlflow/runs/outputs', 'runs.outputs', need.runAndModels('models')),
  row('POST /mlflow/runs/log-model', 'runs.log-model', need.run('run.update')),
  row('POST /mlflow/runs/set-tag', 'runs.set-tag', need.run('run.update')),
  row('POST /mlflow/runs/delete-tag', 'runs.delete-tag', need.run('run.update')),
  row('GET /mlflow/metrics/get-history', 'metrics.get-history', need.run('run.read')),
  row('GET /mlflow/artifacts/list', 'artifacts.list', need.artifactsOfRun),

  row('POST /mlflow/logged-models', 'logged-models.create', need.newLoggedModel, {
    effect: need.createsIn('LoggedModel'),
  }),
  row(
    'POST /mlflow/logged-models/search',
    'logged-models.search',
    need.inExperiments,
    list('models', 'LoggedModel', 'run.read', 100),
  ),
  row('GET /mlflow/logged-models/{model_id}', 'logged-models.get', need.loggedModel('run.read')),
  row('PATCH /mlflow/logged-models/{model_id}', 'logged-models.finalize', need.loggedModel('run.update')),
  row('DELETE /mlflow/logged-models/{model_id}', 'logged-models.delete', need.loggedModel('run.delete')),
  row('POST /mlflow/logged-models/{model_id}/params', 'logged-models.log-params', need.loggedModel('run.update')),
  row('PATCH /mlflow/logged-models/{model_id}/tags', 'logged-models.set-tags', need.loggedModel('run.update')),
  row(
    'DELETE /mlflow/logged-models/{model_id}/tags/{tag_key}',
    'logged-models.delete-tag',
    need.loggedModel('run.update'),
  ),

  row('POST /mlflow/registered-models/create', 'models.create', need.newModel, { effect: need.creates('Model') }),
  row('GET /mlflow/registered-models/get', 'models.get', need.model('model.read')),
  row(
    'GET /mlflow/registered-models/search',
    'models.search',
    need.nothing,
    list('registered_models', 'Model', 'model.read', 100),
  ),
  row(
    'GET /mlflow/registered-models/get-latest-versions',
    'models.latest-versions',
    need.model('model.read'),
    latestVersions,
  ),
  row(
    'POST /mlflow/registered-models/get-latest-versions',
    'models.latest-versions',
    need.model('model.read'),
    latestVersions,
  ),
  row('PATCH /mlflow/registered-models/update', 'models.update', need.model('model.update')),
  row('DELETE /mlflow/registered-models/delete', 'models.delete', need.model('model.delete'), { effect: need.ends }),
  row('POST /mlflow/registered-models/set-tag', 'models.set-tag', need.model('model.update')),
  row('DELETE /mlflow/registered-models/delete-tag', 'models.delete-tag', need.model('model.update')),
  row('POST /mlflow/registered-models/alias', 'aliases.set', need.aliasedVersion),
  row('DELETE /mlflow/registered-models/alias', 'aliases.delete', need.aliasOfModel('alias.delete')),
  row('GET /mlflow/registered-models/alias', 'aliases.get', need.aliasOfModel('model.read')),

  row('POST /mlflow/model-versions/create', 'versions.create', need.newVersion, {
    effect: need.createsIn('ModelVersion'),
  }),
  row('GET /mlflow/model-versions/get', 'versions.get', need.version('version.read')),
  row('GET /mlflow/model-versions/search', 'versions.search', need.nothing, versions),
  row('GET /mlflow/model-versions/get-download-uri', 'versions.download-uri', need.version('version.download')),
  row('PATCH /mlflow/model-versions/update', 'versions.update', need.version('version.update')),
  row('POST /mlflow/model-versions/transition-stage', 'versions.stage', need.version('version.promote'), {
    effect: need.stages,
  }),
  row('DELETE /mlflow/model-versions/delete', 'versions.delete', need.version('version.delete'), { effect: need.ends }),
  row('POST /mlflow/model-versions/set-tag', 'versions.set-tag', need.version('version.update')),
  row('DELETE /mlflow/model-versions/delete-tag', 'versions.delete-tag', need.version('version.update')),

  row(
    'GET /mlflow-artifacts/artifacts/{artifact_path+}',
    'artifacts.read',
    need.artifact('artifact.read', 'artifact_path'),
  ),
  row(
    'PUT /mlflow-artifacts/artifacts/{artifact_path+}',
    'artifacts.write',
    need.artifact('artifact.write', 'artifact_path'),
    { body: 'stream' },
  ),
  row(
    'DELETE /mlflow-artifacts/artifacts/{artifact_path+}',
    'artifacts.delete',
    need.artifact('artifact.delete', 'artifact_path'),
    { body: 'none' },
  ),
  row('GET /mlflow-artifacts/artifacts', 'artifacts.browse', need.artifact('artifact.read', 'path')),

  // What clients ask before they use a feature: one answer for all, that none of the optional ones is on.
  row('GET /mlflow/server-info', 'server-info', need.nothing, {
    version: '3.0',
    answer: {
      store_type: 'SqlStore',
      workspaces_enabled: false,
      multipart_uploads_enabled: false,
      multipart_downloads_enabled: false,
    },
  }),
];
