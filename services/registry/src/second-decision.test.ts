import { mlflow, mlflowRoutes } from '@modelward/interfaces';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../tests/support/databases.ts';
import { operations } from './operations.ts';
import { createWorld, furnish, openCaller, told, type World } from './testing/world.ts';

type Made = Awaited<ReturnType<typeof furnish>>;
type Case = {
  readonly line: string;
  readonly json?: unknown;
  readonly body?: Buffer;
  readonly readings: readonly string[];
};

/** Every operation once, on what `furnish` made, with what it may be asked about. */
function casesOn({ experiment, run, modelId, name, root }: Made): readonly Case[] {
  const [ofExperiment, ofRun, ofModel] = [{ experiment_id: experiment }, { run_id: run }, { name }];
  const ofVersion = { name, version: '1' };
  const metric = { key: 'auc', value: 1, timestamp: 1, model_id: modelId };
  const logged = `/mlflow/logged-models/${modelId}`;
  const file = `/mlflow-artifacts/artifacts/${root}/notes/a.txt`;
  const both = [`run.update Run ${run}`, `run.update LoggedModel ${modelId}`];
  const experimentReading = (action: string) => [`experiment.${action} Experiment ${experiment}`];
  const modelReading = (action: string) => [`${action} Model ${name}`];
  const versionReading = (action: string) => [`${action} ModelVersion ${name}/1`];
  const runReading = (action: string) => [`${action} Run ${run}`];
  const loggedReading = (action: string) => [`${action} LoggedModel ${modelId}`];
  return [
    {
      line: 'POST /mlflow/experiments/create',
      json: { name: 'fraud-new' },
      readings: ['experiment.create Project fraud-new'],
    },
    { line: `GET /mlflow/experiments/get?experiment_id=${experiment}`, readings: experimentReading('read') },
    { line: 'GET /mlflow/experiments/get-by-name?experiment_name=fraud-x', readings: experimentReading('read') },
    { line: 'POST /mlflow/experiments/search', json: {}, readings: experimentReading('read') },
    { line: 'GET /mlflow/experiments/search', readings: experimentReading('read') },
    { line: 'POST /mlflow/experiments/update', json: ofExperiment, readings: experimentReading('update') },
    {
      line: 'POST /mlflow/experiments/set-experiment-tag',
      json: { ...ofExperiment, key: 'k', value: 'v' },
      readings: experimentReading('update'),
    },
    { line: 'POST /mlflow/experiments/delete', json: ofExperiment, readings: experimentReading('delete') },
    { line: 'POST /mlflow/experiments/restore', json: ofExperiment, readings: experimentReading('delete') },
    { line: 'POST /mlflow/runs/create', json: ofExperiment, readings: [`run.create Experiment ${experiment}`] },
    { line: `GET /mlflow/runs/get?run_id=${run}`, readings: runReading('run.read') },
    {
      line: 'POST /mlflow/runs/search',
      json: { experiment_ids: [experiment] },
      readings: [...experimentReading('read'), ...runReading('run.read')],
    },
    { line: 'POST /mlflow/runs/update', json: { ...ofRun, run_name: 'n' }, readings: runReading('run.update') },
    {
      line: 'POST /mlflow/runs/log-parameter',
      json: { ...ofRun, key: 'p', value: '1' },
      readings: runReading('run.update'),
    },
    { line: 'POST /mlflow/runs/log-metric', json: { ...ofRun, ...metric }, readings: both },
    { line: 'POST /mlflow/runs/log-batch', json: { ...ofRun, metrics: [{ ...metric, step: 3 }] }, readings: both },
    { line: 'POST /mlflow/runs/log-inputs', json: { ...ofRun, models: [{ model_id: modelId }] }, readings: both },
    { line: 'POST /mlflow/runs/outputs', json: { ...ofRun, models: [{ model_id: modelId, step: 1 }] }, readings: both },
    {
      line: 'POST /mlflow/runs/log-model',
      json: {
        ...ofRun,
        model_json: JSON.stringify({ artifact_path: 'm', flavors: {}, utc_time_created: '', run_id: run }),
      },
      readings: runReading('run.update'),
    },
    { line: 'POST /mlflow/runs/set-tag', json: { ...ofRun, key: 't', value: '1' }, readings: runReading('run.update') },
    {
      line: 'POST /mlflow/runs/delete-tag',
      json: { ...ofRun, key: 'mlflow.runName' },
      readings: runReading('run.update'),
    },
    { line: `GET /mlflow/metrics/get-history?run_id=${run}&metric_key=auc`, readings: runReading('run.read') },
    { line: `GET /mlflow/artifacts/list?run_id=${run}`, readings: runReading('artifact.read') },
    { line: 'POST /mlflow/runs/delete', json: ofRun, readings: runReading('run.delete') },
    { line: 'POST /mlflow/runs/restore', json: ofRun, readings: runReading('run.delete') },
    {
      line: 'POST /mlflow/logged-models',
      json: { ...ofExperiment, source_run_id: run },
      readings: [`run.create Experiment ${experiment}`, ...runReading('run.read')],
    },
    {
      line: 'POST /mlflow/logged-models/search',
      json: { experiment_ids: [experiment] },
      readings: [...experimentReading('read'), ...loggedReading('run.read')],
    },
    { line: `GET ${logged}`, readings: loggedReading('run.read') },
    {
      line: `PATCH ${logged}`,
      json: { model_id: modelId, status: 'LOGGED_MODEL_READY' },
      readings: loggedReading('run.update'),
    },
    {
      line: `POST ${logged}/params`,
      json: { params: [{ key: 'a', value: 'b' }] },
      readings: loggedReading('run.update'),
    },
    { line: `PATCH ${logged}/tags`, json: { tags: [{ key: 'a', value: 'b' }] }, readings: loggedReading('run.update') },
    { line: `DELETE ${logged}/tags/a`, json: {}, readings: loggedReading('run.update') },
    {
      line: 'POST /mlflow/registered-models/create',
      json: { name: 'fraud-n' },
      readings: ['model.create Project fraud-n'],
    },
    { line: `GET /mlflow/registered-models/get?name=${name}`, readings: modelReading('model.read') },
    { line: 'GET /mlflow/registered-models/search', readings: modelReading('model.read') },
    {
      line: `GET /mlflow/registered-models/get-latest-versions?name=${name}`,
      readings: [...modelReading('model.read'), ...versionReading('version.read')],
    },
    {
      line: 'POST /mlflow/registered-models/get-latest-versions',
      json: ofModel,
      readings: [...modelReading('model.read'), ...versionReading('version.read')],
    },
    {
      line: 'PATCH /mlflow/registered-models/update',
      json: { ...ofModel, description: 'd' },
      readings: modelReading('model.update'),
    },
    {
      line: 'POST /mlflow/registered-models/set-tag',
      json: { ...ofModel, key: 'k', value: 'v' },
      readings: modelReading('model.update'),
    },
    {
      line: 'DELETE /mlflow/registered-models/delete-tag',
      json: { ...ofModel, key: 'k' },
      readings: modelReading('model.update'),
    },
    {
      line: 'POST /mlflow/registered-models/alias',
      json: { ...ofVersion, alias: 'other' },
      readings: versionReading('alias.set'),
    },
    { line: `GET /mlflow/registered-models/alias?name=${name}&alias=champion`, readings: modelReading('model.read') },
    {
      line: 'DELETE /mlflow/registered-models/alias',
      json: { ...ofModel, alias: 'other' },
      readings: modelReading('alias.delete'),
    },
    {
      line: 'POST /mlflow/model-versions/create',
      json: { ...ofModel, source: `models:/${modelId}`, model_id: modelId, run_id: run },
      readings: [
        ...modelReading('version.register'),
        ...runReading('run.read'),
        ...loggedReading('run.read'),
        ...loggedReading('artifact.read'),
      ],
    },
    {
      line: 'POST /mlflow/model-versions/create',
      json: { ...ofModel, source: `models:/${name}/1` },
      readings: [...modelReading('version.register'), ...versionReading('version.download')],
    },
    {
      line: 'POST /mlflow/model-versions/create',
      json: { ...ofModel, source: `mlflow-artifacts:/${root}/model`, run_id: run },
      readings: [...modelReading('version.register'), ...runReading('run.read'), ...runReading('artifact.read')],
    },
    { line: `GET /mlflow/model-versions/get?name=${name}&version=1`, readings: versionReading('version.read') },
    { line: `GET /mlflow/model-versions/search?filter=version_number=1`, readings: versionReading('version.read') },
    {
      line: `GET /mlflow/model-versions/get-download-uri?name=${name}&version=1`,
      readings: versionReading('version.download'),
    },
    {
      line: 'PATCH /mlflow/model-versions/update',
      json: { ...ofVersion, description: 'd' },
      readings: versionReading('version.update'),
    },
    {
      line: 'POST /mlflow/model-versions/transition-stage',
      json: { ...ofVersion, stage: 'Staging' },
      readings: versionReading('version.promote'),
    },
    {
      line: 'POST /mlflow/model-versions/set-tag',
      json: { ...ofVersion, key: 'k', value: 'v' },
      readings: versionReading('version.update'),
    },
    {
      line: 'DELETE /mlflow/model-versions/delete-tag',
      json: { ...ofVersion, key: 'k' },
      readings: versionReading('version.update'),
    },
    { line: `GET ${file}`, readings: runReading('artifact.read') },
    { line: `PUT ${file}`, body: Buffer.from('other'), readings: runReading('artifact.write') },
    { line: `GET /mlflow-artifacts/artifacts?path=${root}`, readings: runReading('artifact.read') },
    { line: `DELETE ${file}`, readings: runReading('artifact.delete') },
    { line: `DELETE ${logged}`, json: {}, readings: loggedReading('run.delete') },
    { line: 'DELETE /mlflow/model-versions/delete', json: ofVersion, readings: versionReading('version.delete') },
    { line: 'DELETE /mlflow/registered-models/delete', json: ofModel, readings: modelReading('model.delete') },
  ];
}

const operationOf = (line: string, { experiment, run, modelId }: Made) =>
  line
    .split('?')[0]
    ?.replace(modelId, '{model_id}')
    .replace(/tags\/a$/, 'tags/{tag_key}')
    .replace(`${experiment}/${run}/artifacts/notes/a.txt`, '{artifact_path+}');

describe('the table of operations', () => {
  it('has every call that the gateway passes on, and no other', () => {
    const passedOn = mlflowRoutes
      .filter(({ answer }) => answer === undefined)
      .map(({ method, path }) => `${method} ${path}`);
    expect(operations.map(({ line }) => line).sort()).toEqual(passedOn.sort());
  });
});

describe.each(databases)('the second decision, on $name', ({ open }) => {
  it('asks about exactly what each operation is, and the gateway reads the same in an honest request', async () => {
    const database = await open();
    const world = createWorld(database);
    const made = await furnish(world);
    const cases = casesOn(made);
    const tested = new Set(cases.map(({ line }) => operationOf(line, made)));
    expect(operations.map(({ line }) => line).filter((line) => !tested.has(line))).toEqual([]);
    // What only reads comes first: it would find what the others make.
    const isAsk = ({ line }: Case) => /^GET|search|latest-versions/.test(line);
    for (const { line, json, body, readings } of [...cases.filter(isAsk), ...cases.filter((one) => !isAsk(one))]) {
      const { caller, asked } = openCaller();
      const { status, json: answer } = await world.send(line, {
        json,
        ...(body === undefined ? {} : { body }),
        caller,
      });
      expect
        .soft({ line, status, asked, code: answer.error_code })
        .toEqual({ line, status: 200, asked: [...readings] });
      for (const need of gatewayNeeds(line, json))
        expect.soft({ line, readings }).toEqual({ line, readings: expect.arrayContaining([need]) });
    }
    await database.close();
  });

  it('does nothing at all when any one of its questions is answered with no', async () => {
    const database = await open();
    const world = createWorld(database);
    const made = await furnish(world);
    const [rows, blobs] = [await world.rows(), world.blobs()];
    for (const one of casesOn(made)) {
      const isList = /search|latest-versions/.test(one.line);
      for (const [at] of one.readings.entries()) await refuseAt(world, one, { at, isList });
    }
    expect(await world.rows()).toEqual(rows);
    expect(world.blobs()).toEqual(blobs);
    await database.close();
  });

  it('lists only rows that it was told may be seen, and goes on to the next page', async () => {
    const database = await open();
    const world = createWorld(database);
    await furnish(world);
    await furnish(world, 'churn');
    const { caller } = openCaller(({ key }) => key.startsWith('fraud'));
    const first = await world.send('GET /mlflow/registered-models/search?max_results=1', { caller });
    expect(first.json.registered_models).toBeUndefined();
    const next = String(first.json.next_page_token);
    const second = await world.send(`GET /mlflow/registered-models/search?max_results=1&page_token=${next}`, {
      caller,
    });
    expect(second.json).toMatchObject({ registered_models: [{ name: 'fraud-scorer' }] });
    expect(second.json.next_page_token).toBeUndefined();
    await database.close();
  });
});

describe.each(databases)('with a gateway that took a request for another one, the registry on $name', ({ open }) => {
  let world: World;
  let own: Made;
  let victim: Made;

  beforeAll(async () => {
    world = createWorld(await open());
    own = await furnish(world);
    victim = await furnish(world, 'churn');
  });
  afterAll(() => world.database.close());

  it.each([
    [
      'another run in the old spelling',
      'POST /mlflow/runs/set-tag',
      (victim: Made, own: Made) => ({ run_id: own.run, run_uuid: victim.run, key: 'k', value: 'v' }),
    ],
    [
      'a second spelling of a field',
      'POST /mlflow/runs/set-tag',
      (victim: Made, own: Made) => ({ run_id: own.run, runId: victim.run, key: 'k', value: 'v' }),
    ],
    [
      'a query beside the body',
      'POST /mlflow/runs/set-tag?run_id=VICTIM',
      (_: Made, own: Made) => ({ run_id: own.run, key: 'k', value: 'v' }),
    ],
    [
      'another model id than the path',
      'PATCH /mlflow/logged-models/VICTIM-MODEL/tags',
      (_: Made, own: Made) => ({ model_id: own.modelId, tags: [{ key: 'k', value: 'v' }] }),
    ],
    [
      'a run of another project as source',
      'POST /mlflow/model-versions/create',
      (victim: Made, own: Made) => ({ name: own.name, source: `runs:/${victim.run}/model`, run_id: victim.run }),
    ],
    [
      'a source that is not of the run that is named',
      'POST /mlflow/model-versions/create',
      (victim: Made, own: Made) => ({ name: own.name, source: `runs:/${victim.run}/model`, run_id: own.run }),
    ],
    [
      'the artifacts of another run as source',
      'POST /mlflow/model-versions/create',
      (victim: Made, own: Made) => ({ name: own.name, source: `mlflow-artifacts:/${victim.root}/m`, run_id: own.run }),
    ],
    [
      'the version of another model as source',
      'POST /mlflow/model-versions/create',
      (victim: Made, own: Made) => ({ name: own.name, source: `models:/${victim.name}/1` }),
    ],
    [
      'a metric of a model of another project',
      'POST /mlflow/runs/log-batch',
      (victim: Made, own: Made) => ({
        run_id: own.run,
        metrics: [{ key: 'm', value: 1, timestamp: 1, model_id: victim.modelId }],
      }),
    ],
    [
      'a model of another project as output',
      'POST /mlflow/runs/outputs',
      (victim: Made, own: Made) => ({ run_id: own.run, models: [{ model_id: victim.modelId }] }),
    ],
    [
      'a file of another run below an own path',
      'PUT /mlflow-artifacts/artifacts/OWN-EXPERIMENT/VICTIM/artifacts/x',
      () => undefined,
    ],
  ])('refuses %s', async (_, line, bodyOf) => {
    const rows = await world.rows();
    // The gateway believes that everything is the caller's own; only questions about the caller's own are answered with yes.
    const ownKeys = [own.experiment, own.run, own.modelId, own.name, `${own.name}/1`];
    const { caller } = openCaller(({ key }) => ownKeys.includes(key));
    const target = line
      .replace('VICTIM-MODEL', victim.modelId)
      .replace('VICTIM', victim.run)
      .replace('OWN-EXPERIMENT', own.experiment);
    const json = bodyOf(victim, own);
    const { status } = await world.send(target, {
      ...(json === undefined ? { body: Buffer.from('x') } : { json }),
      caller,
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await world.rows()).toEqual(rows);
  });
});

async function refuseAt(
  { send }: World,
  { line, json, body, readings }: Case,
  { at, isList }: { at: number; isList: boolean },
) {
  const { caller } = openCaller((reading) => told(reading) !== readings[at]);
  const answer = await send(line, { json, ...(body === undefined ? {} : { body }), caller });
  // A row of a list that may not be seen is left out; everything else is refused.
  const isRow = isList && at === readings.length - 1;
  expect
    .soft({ line, status: answer.status, code: answer.json.error_code })
    .toEqual(isRow ? { line, status: 200 } : { line, status: 403, code: 'PERMISSION_DENIED' });
  if (isRow) expect.soft(answer.json).toEqual({});
}

/** What the gateway would ask about the same request, where it names its resource by the same key. */
function gatewayNeeds(line: string, json: unknown): readonly string[] {
  const [method = '', path = ''] = line.split(' ');
  const described = mlflow.describe({ method, target: `/api/2.0${path}`, headers: {} }, json as never);
  if (!described.ok) throw new Error(`${line}: ${JSON.stringify(described.reason)}`);
  return described.value.needs.flatMap(({ action, on }) => ('key' in on ? [`${action} ${on.type} ${on.key}`] : []));
}
