/**
 * One conversation with an MLflow server, step by step. `{name}` stands for what an earlier answer gave. What differs from
 * MLflow on purpose, or cannot be the same, is said at the step: `code` compares status and error code alone.
 */
export type Step = {
  /** Method and path below `/api/2.0`, with the query of a GET. */
  readonly line: string;
  readonly body?: unknown;
  /** The bytes of an artifact. */
  readonly bytes?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Names for parts of the answer: `{ run: 'run.info.run_id' }`. */
  readonly keep?: Readonly<Record<string, string>>;
  readonly compare?: 'code';
};

const none = '0'.repeat(32);
const post = (path: string, body: unknown, rest: Partial<Step> = {}): Step => ({
  line: `POST /mlflow/${path}`,
  body,
  ...rest,
});
const patch = (path: string, body: unknown): Step => ({ line: `PATCH /mlflow/${path}`, body });
const remove = (path: string, body: unknown = {}): Step => ({ line: `DELETE /mlflow/${path}`, body });
const get = (path: string, rest: Partial<Step> = {}): Step => ({ line: `GET /mlflow/${path}`, ...rest });
const filtered = (path: string, filter: string, order = ''): Step =>
  get(`${path}?filter=${encodeURIComponent(filter)}${order === '' ? '' : `&order_by=${encodeURIComponent(order)}`}`);
/** The sentence that tells which filters are possible is our own. */
const refused = (step: Step): Step => ({ ...step, compare: 'code' });

const experiments: readonly Step[] = [
  post(
    'experiments/create',
    { name: 'fraud-a', tags: [{ key: 'team', value: 'risk' }] },
    { keep: { experiment: 'experiment_id' } },
  ),
  post('experiments/create', { name: 'churn-b' }, { keep: { other: 'experiment_id' } }),
  // MLflow's message ends with the SQL that failed.
  post('experiments/create', { name: 'fraud-a' }, { compare: 'code' }),
  post('experiments/create', {}),
  post('experiments/create', { name: '' }),
  post('experiments/create', { name: 'n'.repeat(501) }),
  post('experiments/create', { name: 'tagged', tags: [{ key: 'a/../b', value: '' }] }),
  get('experiments/get?experiment_id={experiment}'),
  get('experiments/get?experiment_id=777'),
  get('experiments/get?experiment_id=abc'),
  get('experiments/get'),
  get('experiments/get-by-name?experiment_name=fraud-a'),
  get('experiments/get-by-name?experiment_name=nothing'),
  post('experiments/set-experiment-tag', { experiment_id: '{experiment}', key: 'stage', value: 'two' }),
  post('experiments/set-experiment-tag', { experiment_id: '{experiment}', key: 'stage$', value: 'two' }),
  post('experiments/search', { max_results: 100, filter: "name LIKE 'fraud%'" }),
  post('experiments/search', { max_results: 100, filter: "name ILIKE 'FRAUD%' AND tags.team = 'risk'" }),
  post('experiments/search', { max_results: 100, filter: "tags.team != 'risk'" }),
  post('experiments/search', {
    max_results: 1,
    filter: "tags.team IS NULL AND name != 'Default'",
    order_by: ['name ASC'],
    view_type: 'ALL',
  }),
  post('experiments/search', { max_results: 100, filter: "experiment_id IN ('{experiment}')" }),
  refused(post('experiments/search', { max_results: 100, filter: "colour = 'red'" })),
  refused(post('experiments/search', { max_results: 100, filter: 'name =' })),
  post('experiments/delete', { experiment_id: '{other}' }),
  post('experiments/delete', { experiment_id: '{other}' }),
  post('runs/create', { experiment_id: '{other}', user_id: 'ada', start_time: 1 }),
  post('experiments/set-experiment-tag', { experiment_id: '{other}', key: 'k', value: 'v' }),
  post('experiments/search', { max_results: 100, view_type: 'DELETED_ONLY' }),
  post('experiments/restore', { experiment_id: '{other}' }),
  post('experiments/restore', { experiment_id: '{other}' }),
];

const run = { run_id: '{run}' };
const runs: readonly Step[] = [
  post(
    'runs/create',
    {
      experiment_id: '{experiment}',
      user_id: 'ada',
      start_time: 17,
      run_name: 'first',
      tags: [{ key: 'kind', value: 'try' }],
    },
    { keep: { run: 'run.info.run_id' } },
  ),
  post(
    'runs/create',
    {
      experiment_id: '{experiment}',
      user_id: 'ada',
      start_time: 18,
      tags: [{ key: 'mlflow.runName', value: 'second' }],
    },
    { keep: { second: 'run.info.run_id' } },
  ),
  post('runs/create', {
    ...{ experiment_id: '{experiment}', user_id: 'ada', start_time: 18, run_name: 'one' },
    tags: [{ key: 'mlflow.runName', value: 'other' }],
  }),
  post('runs/create', { experiment_id: '777', user_id: 'ada', start_time: 1 }),
  get('runs/get?run_id={run}'),
  get(`runs/get?run_id=${none}`),
  get('runs/get'),
  post('runs/log-parameter', { ...run, key: 'depth', value: '3' }),
  post('runs/log-parameter', { ...run, key: 'depth', value: '3' }),
  post('runs/log-parameter', { ...run, key: 'depth', value: '4' }),
  post('runs/log-parameter', { ...run, key: 'long', value: 'x'.repeat(7000) }),
  post('runs/log-parameter', { ...run, key: '../up', value: '4' }),
  post('runs/log-metric', { ...run, key: 'auc', value: 0.5, timestamp: 5, step: 1 }),
  post('runs/log-metric', { ...run, key: 'auc', value: 0.9, timestamp: 6, step: 2 }),
  post('runs/log-metric', { ...run, key: 'auc', value: 0.7, timestamp: 9, step: 0 }),
  post('runs/log-metric', { ...run, key: 'auc', value: 0.7, timestamp: 9, step: 0 }),
  post('runs/log-metric', { ...run, key: 'auc', timestamp: 9 }),
  post('runs/log-batch', {
    ...run,
    metrics: [
      { key: 'nothing', value: 'NaN', timestamp: 5, step: 0 },
      { key: 'endless', value: 'Infinity', timestamp: 5, step: 0 },
      { key: 'whole', value: 3, timestamp: 5, step: 0 },
    ],
    params: [
      { key: 'rate', value: '0.1' },
      { key: 'depth', value: '3' },
    ],
    tags: [{ key: 'kind', value: 'serious' }],
  }),
  post('runs/log-batch', { run_id: '{second}', metrics: [{ key: 'auc', value: 0.2, timestamp: 5, step: 0 }] }),
  post('runs/log-batch', {
    ...run,
    params: [
      { key: 'twice', value: '1' },
      { key: 'twice', value: '2' },
    ],
  }),
  // MLflow's message is a Python list.
  post('runs/log-batch', { ...run, params: [{ key: 'depth', value: '9' }] }, { compare: 'code' }),
  post('runs/log-batch', { ...run, tags: Array.from({ length: 101 }, (_, at) => ({ key: `t${at}`, value: '' })) }),
  post('runs/set-tag', { ...run, key: 'mlflow.runName', value: 'renamed' }),
  post('runs/set-tag', { ...run, key: 'k'.repeat(251), value: '' }),
  post('runs/set-tag', { ...run, key: 'gone', value: 'soon' }),
  post('runs/delete-tag', { ...run, key: 'gone' }),
  post('runs/delete-tag', { ...run, key: 'gone' }),
  get('runs/get?run_id={run}'),
  get('metrics/get-history?run_id={run}&metric_key=auc'),
  get('metrics/get-history?run_id={run}&metric_key=auc&max_results=2', { keep: { more: 'next_page_token' } }),
  get('metrics/get-history?run_id={run}&metric_key=auc&max_results=2&page_token={more}'),
  get('metrics/get-history?run_id={run}&metric_key=never'),
  post('runs/update', { ...run, status: 'FINISHED', end_time: 99 }),
  post('runs/update', { ...run, run_name: 'named again' }),
  post('runs/search', { experiment_ids: ['{experiment}'] }),
  post('runs/search', { experiment_ids: ['{experiment}'], max_results: 1 }, { keep: { page: 'next_page_token' } }),
  post('runs/search', { experiment_ids: ['{experiment}'], max_results: 1, page_token: '{page}' }),
  ...[
    'metrics.auc > 0.5',
    "metrics.auc <= 0.2 and attributes.status = 'RUNNING'",
    'metrics.nothing < 1',
    'metrics.nothing != 1',
    "params.depth = '3' AND tags.kind LIKE 'ser%'",
    "params.depth != '3'",
    "tags.`mlflow.runName` ILIKE 'NAMED%'",
    'tags.kind IS NOT NULL',
    'params."rate" IS NULL',
    "attributes.run_name = 'second'",
    "run_id IN ('{run}', '{second}')",
    "run_id NOT IN ('{run}')",
    'attributes.start_time > 17',
    "attributes.end_time = 99 and status != 'FAILED'",
    "params.rate LIKE '0_1'",
    "params.rate LIKE '*'",
  ].map((filter) => post('runs/search', { experiment_ids: ['{experiment}'], filter })),
  ...[
    "metrics.auc > 'high'",
    'params.depth = 3',
    "status > 'A'",
    "nothing.auc = '1'",
    "attributes.colour = 'red'",
    "params.depth = '3' OR params.depth = '4'",
    'auc; drop table registry_runs',
  ].map((filter) => refused(post('runs/search', { experiment_ids: ['{experiment}'], filter }))),
  ...[
    ['metrics.auc ASC'],
    ['metrics.nothing DESC'],
    ['params.depth'],
    ['tags.kind DESC', 'start_time'],
    ['attributes.end_time asc'],
  ].map((order_by) => post('runs/search', { experiment_ids: ['{experiment}'], order_by })),
  refused(post('runs/search', { experiment_ids: ['{experiment}'], order_by: ['attributes.colour'] })),
  refused(post('runs/search', { experiment_ids: ['{experiment}'], page_token: 'x' })),
  post('runs/delete', { run_id: '{second}' }),
  post('runs/log-metric', { run_id: '{second}', key: 'auc', value: 1, timestamp: 1 }),
  post('runs/set-tag', { run_id: '{second}', key: 'a', value: 'b' }),
  post('runs/search', { experiment_ids: ['{experiment}'], run_view_type: 'DELETED_ONLY' }),
  post('runs/restore', { run_id: '{second}' }),
];

const loggedModels: readonly Step[] = [
  post(
    'logged-models',
    {
      ...{ experiment_id: '{experiment}', name: 'scorer', model_type: 'pyfunc', source_run_id: '{run}' },
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'colour', value: 'red' }],
    },
    { keep: { logged: 'model.info.model_id' } },
  ),
  post('logged-models', { experiment_id: '{experiment}', name: 'second' }, { keep: { lonely: 'model.info.model_id' } }),
  post('logged-models', { experiment_id: '{experiment}', name: 'a/b' }),
  get('logged-models/{logged}'),
  get(`logged-models/m-${none}`),
  post('logged-models/{logged}/params', { model_id: '{logged}', params: [{ key: 'rate', value: '1' }] }),
  patch('logged-models/{logged}/tags', { model_id: '{logged}', tags: [{ key: 'size', value: 'big' }] }),
  remove('logged-models/{logged}/tags/colour'),
  remove('logged-models/{logged}/tags/colour'),
  patch('logged-models/{logged}', { model_id: '{logged}', status: 'LOGGED_MODEL_READY' }),
  post('runs/log-metric', {
    ...{ ...run, key: 'acc', value: 0.5, timestamp: 9, step: 2, model_id: '{logged}' },
    ...{ dataset_name: 'rows', dataset_digest: 'd1' },
  }),
  post('runs/log-batch', {
    ...run,
    metrics: [{ key: 'loss', value: 0.1, timestamp: 9, step: 1, model_id: '{logged}' }],
  }),
  post('runs/outputs', { ...run, models: [{ model_id: '{logged}', step: 3 }] }),
  post('runs/log-inputs', {
    ...run,
    models: [{ model_id: '{lonely}' }],
    datasets: [
      {
        tags: [{ key: 'mlflow.data.context', value: 'train' }],
        dataset: { name: 'rows', digest: 'd1', source_type: 'local', source: 's', schema: 'sc', profile: 'p' },
      },
    ],
  }),
  get('runs/get?run_id={run}'),
  post('runs/search', { experiment_ids: ['{experiment}'], filter: "run_id = '{run}'" }),
  get('logged-models/{logged}'),
  post('logged-models/search', { experiment_ids: ['{experiment}'] }),
  ...[
    "name = 'scorer'",
    "params.depth = '3'",
    "tags.size = 'big'",
    'metrics.acc >= 0.5',
    'metrics.acc > 0.5',
    "model_type LIKE 'py%'",
  ].map((filter) => post('logged-models/search', { experiment_ids: ['{experiment}'], filter })),
  post('logged-models/search', {
    experiment_ids: ['{experiment}'],
    order_by: [{ field_name: 'metrics.acc', ascending: false }],
  }),
  post('logged-models/search', {
    experiment_ids: ['{experiment}'],
    order_by: [{ field_name: 'name' }],
    max_results: 1,
  }),
  remove('logged-models/{lonely}'),
  get('logged-models/{lonely}'),
  get('logged-models/{lonely}?allow_deleted=true'),
  post('logged-models/search', { experiment_ids: ['{experiment}'] }),
];

const artifacts = '/mlflow-artifacts/artifacts';
const root = '{experiment}/{run}/artifacts';
const files: readonly Step[] = [
  get('artifacts/list?run_id={run}'),
  { line: `PUT ${artifacts}/${root}/notes/a.txt`, bytes: 'hello' },
  { line: `PUT ${artifacts}/${root}/model.json`, bytes: '{}' },
  { line: `PUT ${artifacts}/${root}/empty`, bytes: '' },
  { line: `PUT ${artifacts}/${root}/model.json`, bytes: '{"a":1}' },
  { line: `PUT ${artifacts}/{experiment}/models/{logged}/artifacts/MLmodel`, bytes: 'flavors: {}' },
  get('artifacts/list?run_id={run}'),
  get('artifacts/list?run_id={run}&path=notes'),
  get('artifacts/list?run_id={run}&path=model.json'),
  get('artifacts/list?run_id={run}&path=nothing'),
  get('artifacts/list?run_id={run}&path=../up', { compare: 'code' }),
  ...['', '/notes', '/nothing'].map((path): Step => ({ line: `GET ${artifacts}?path=${root}${path}` })),
  { line: `GET ${artifacts}?path={experiment}/models/{logged}/artifacts` },
  { line: `GET ${artifacts}/${root}/notes/a.txt` },
  { line: `GET ${artifacts}/${root}/model.json` },
  { line: `GET ${artifacts}/${root}/empty` },
  { line: `GET ${artifacts}/${root}/notes/a.txt`, headers: { range: 'bytes=1-2' } },
  { line: `GET ${artifacts}/${root}/notes/a.txt`, headers: { range: 'bytes=3-' } },
  { line: `GET ${artifacts}/${root}/notes/a.txt`, headers: { range: 'bytes=-2' } },
  { line: `GET ${artifacts}/${root}/notes/a.txt`, headers: { range: 'bytes=9-' } },
  { line: `GET ${artifacts}/${root}/nothing` },
  { line: `DELETE ${artifacts}/${root}/nothing` },
  { line: `DELETE ${artifacts}/${root}/notes/a.txt` },
  get('artifacts/list?run_id={run}&path=notes'),
  { line: `DELETE ${artifacts}/${root}/notes` },
  get('artifacts/list?run_id={run}'),
];

const model = { name: 'fraud-scorer' };
const first = { ...model, version: '1' };
const ofRun = { run_id: '{run}' };
const registered: readonly Step[] = [
  post('registered-models/create', { ...model, description: 'scores', tags: [{ key: 'team', value: 'risk' }] }),
  post('registered-models/create', model),
  post('registered-models/create', { name: 'churn-model' }),
  ...['a/b', 'a:b', '..', ' ', ''].map((name) => post('registered-models/create', { name })),
  get('registered-models/get?name=fraud-scorer'),
  get('registered-models/get?name=nothing'),
  patch('registered-models/update', { ...model, description: 'scores better' }),
  post('registered-models/set-tag', { ...model, key: 'size', value: 'big' }),
  remove('registered-models/delete-tag', { ...model, key: 'team' }),
  remove('registered-models/delete-tag', { ...model, key: 'never' }),
  post('model-versions/create', { ...model, ...ofRun, source: 'runs:/{run}/model', tags: [{ key: 'a', value: 'b' }] }),
  post('model-versions/create', { ...model, source: 'runs:/{run}/model' }),
  post('model-versions/create', {
    ...model,
    source: 'models:/{logged}',
    model_id: '{logged}',
    description: 'd',
    run_link: 'l',
  }),
  post('model-versions/create', { ...model, source: 'models:/{logged}' }),
  post('model-versions/create', { ...model, source: 'models:/fraud-scorer/1' }),
  post('model-versions/create', { ...model, source: 'models:/fraud-scorer/1', run_id: '{second}' }),
  post('model-versions/create', { ...model, ...ofRun, source: `mlflow-artifacts:/${root}/model` }),
  post('model-versions/create', { ...model, source: `mlflow-artifacts:/${root}/model` }),
  post('model-versions/create', { name: 'nothing', ...ofRun, source: 'runs:/{run}/model' }),
  post('model-versions/create', model),
  // Ours names the forms that are possible.
  post('model-versions/create', { ...model, source: 'file:///etc/passwd' }, { compare: 'code' }),
  post('model-versions/create', { ...model, source: '/etc/passwd' }, { compare: 'code' }),
  post('model-versions/create', { ...model, ...ofRun, source: 'runs:/{run}/../../x' }, { compare: 'code' }),
  ...['1', '2', '3', '4'].map((version) => get(`model-versions/get?name=fraud-scorer&version=${version}`)),
  ...['1', '2', '3', '4'].map((version) => get(`model-versions/get-download-uri?name=fraud-scorer&version=${version}`)),
  get('model-versions/get?name=fraud-scorer&version=77'),
  get('model-versions/get?name=fraud-scorer&version=x'),
  patch('model-versions/update', { ...first, description: 'described' }),
  patch('model-versions/update', first),
  post('model-versions/set-tag', { ...first, key: 'approved', value: 'yes' }),
  post('model-versions/set-tag', { ...first, key: 'bare' }),
  remove('model-versions/delete-tag', { ...first, key: 'never' }),
  remove('model-versions/delete-tag', { ...first, key: 'bare' }),
  post('model-versions/transition-stage', { ...first, stage: 'production', archive_existing_versions: true }),
  post('model-versions/transition-stage', {
    ...model,
    version: '2',
    stage: 'Production',
    archive_existing_versions: true,
  }),
  post('model-versions/transition-stage', { ...model, version: '2', stage: 'Live' }),
  get('registered-models/get?name=fraud-scorer'),
  post('registered-models/get-latest-versions', model),
  post('registered-models/get-latest-versions', { ...model, stages: ['Production'] }),
  get('registered-models/get-latest-versions?name=fraud-scorer&stages=Archived&stages=None'),
  post('registered-models/alias', { ...model, alias: 'champion', version: '2' }),
  post('registered-models/alias', { ...model, alias: 'other', version: '2' }),
  post('registered-models/alias', { ...model, alias: 'champion', version: '3' }),
  ...['latest', 'v3', 'a b'].map((alias) => post('registered-models/alias', { ...model, alias, version: '2' })),
  post('registered-models/alias', { ...model, alias: 'x', version: '99' }),
  get('registered-models/alias?name=fraud-scorer&alias=champion'),
  get('registered-models/alias?name=fraud-scorer&alias=never'),
  get('registered-models/alias?name=fraud-scorer&alias=latest'),
  get('registered-models/alias?name=churn-model&alias=latest'),
  get('registered-models/alias?name=nothing&alias=champion'),
  remove('registered-models/alias', { ...model, alias: 'other' }),
  remove('registered-models/alias', { ...model, alias: 'other' }),
  get('model-versions/get?name=fraud-scorer&version=3'),
  get('registered-models/search'),
  get('registered-models/search?max_results=1', { keep: { models: 'next_page_token' } }),
  get('registered-models/search?max_results=1&page_token={models}'),
  get('registered-models/search?page_token=xx'),
  get('registered-models/search?max_results=1001', { compare: 'code' }),
  filtered('registered-models/search', "name LIKE '%scorer' AND tags.size = 'big'", 'last_updated_timestamp DESC'),
  filtered('registered-models/search', "name ILIKE 'FRAUD%'", 'name DESC'),
  filtered('registered-models/search', "tags.`mlflow.prompt.is_prompt` != 'true'"),
  refused(filtered('registered-models/search', "name < 'a'")),
  refused(filtered('registered-models/search', "colour = 'red'")),
  refused(get('registered-models/search?order_by=colour')),
  filtered('model-versions/search', "name = 'fraud-scorer'", 'version_number ASC'),
  filtered('model-versions/search', "run_id = '{run}' AND version_number > 1", 'version_number DESC'),
  filtered('model-versions/search', "name = 'fraud-scorer' AND tags.approved = 'yes'"),
  filtered('model-versions/search', "source_path LIKE 'runs:%'", 'name ASC'),
  refused(filtered('model-versions/search', "version_number = 'x'")),
  remove('model-versions/delete', { ...model, version: '3' }),
  remove('model-versions/delete', { ...model, version: '3' }),
  get('registered-models/alias?name=fraud-scorer&alias=champion'),
  remove('model-versions/delete', { ...model, version: '4' }),
  post('model-versions/create', { ...model, ...ofRun, source: 'runs:/{run}/again' }),
  remove('registered-models/delete', model),
  remove('registered-models/delete', model),
  post('registered-models/create', model),
  post('model-versions/create', { ...model, ...ofRun, source: 'runs:/{run}/model' }),
];

export const conversation: readonly Step[] = [...experiments, ...runs, ...loggedModels, ...files, ...registered];
