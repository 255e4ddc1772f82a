import { readFileSync } from 'node:fs';
import type { JsonObject } from '@modelward/basics';
import { describe, expect, it } from 'vitest';
import type { RequestHead } from '../adapter.ts';
import { describe as describeRequest, match } from './describe.ts';
import { readJsonBody } from './fields.ts';

const run = 'a'.repeat(32);
const otherRun = 'b'.repeat(32);
const modelId = `m-${'c'.repeat(32)}`;

function ask(method: string, target: string, body?: string, headers: Record<string, string> = {}) {
  const head: RequestHead = {
    method,
    target,
    headers: body === undefined ? headers : { 'content-length': String(body.length), ...headers },
  };
  const matched = match(head);
  if (!matched.ok) return matched;
  const read = body === undefined ? undefined : readJsonBody(body);
  if (read?.ok === false) return { ok: false, reason: { reason: 'malformed', detail: read.reason } } as const;
  return describeRequest(head, read?.value as JsonObject | undefined);
}

function needsOf(...request: Parameters<typeof ask>) {
  const described = ask(...request);
  return described.ok && 'needs' in described.value
    ? described.value.needs.map(({ action, on }) => `${action} ${on.type} ${'key' in on ? on.key : on.name}`)
    : described;
}

describe('a request in MLflow becomes actions on resources', () => {
  it.each([
    ['GET', '/api/2.0/mlflow/experiments/get?experiment_id=12', undefined, ['experiment.read Experiment 12']],
    ['GET', '/ajax-api/2.0/mlflow/experiments/get?experiment_id=12', undefined, ['experiment.read Experiment 12']],
    ['POST', '/api/2.0/mlflow/experiments/create', '{"name":"fraud-x"}', ['experiment.create NewIn fraud-x']],
    ['GET', `/api/2.0/mlflow/runs/get?run_uuid=${run}&run_id=${run}`, undefined, [`run.read Run ${run}`]],
    [
      'POST',
      '/api/2.0/mlflow/runs/log-batch',
      `{"run_id":"${run}","metrics":[{"key":"m","value":1,"model_id":"${modelId}"}]}`,
      [`run.update Run ${run}`, `run.update LoggedModel ${modelId}`],
    ],
    [
      'PATCH',
      `/api/2.0/mlflow/logged-models/${modelId}`,
      `{"model_id":"${modelId}"}`,
      [`run.update LoggedModel ${modelId}`],
    ],
    [
      'POST',
      '/api/2.0/mlflow/model-versions/create',
      `{"name":"fraud-m","source":"runs:/${run}/model","run_id":"${run}"}`,
      ['version.register Model fraud-m', `run.read Run ${run}`, `artifact.read Run ${run}`],
    ],
    [
      'POST',
      '/api/2.0/mlflow/model-versions/create',
      '{"name":"fraud-m","source":"models:/other/3"}',
      ['version.register Model fraud-m', 'version.download ModelVersion other/3'],
    ],
    [
      'POST',
      '/api/2.0/mlflow/registered-models/alias',
      '{"name":"fraud-m","alias":"champion","version":"1"}',
      ['alias.set ModelVersion fraud-m/1'],
    ],
    [
      'GET',
      `/api/2.0/mlflow-artifacts/artifacts/1/${run}/artifacts/model/MLmodel`,
      undefined,
      [`artifact.read Run ${run}`],
    ],
    [
      'PUT',
      `/api/2.0/mlflow-artifacts/artifacts/1/models/${modelId}/artifacts/MLmodel`,
      undefined,
      [`artifact.write LoggedModel ${modelId}`],
    ],
    ['GET', `/api/2.0/mlflow-artifacts/artifacts?path=1%2F${run}%2Fartifacts`, undefined, [`artifact.read Run ${run}`]],
    ['POST', '/api/2.0/mlflow/experiments/search', '', []],
  ])('%s %s', (method, target, body, needs) => {
    expect(needsOf(method, target, body)).toEqual(needs);
  });
});

describe('what two readers could read differently is refused', () => {
  const get = `/api/2.0/mlflow/runs/get?run_id=${run}`;
  const set = '/api/2.0/mlflow/runs/set-tag';
  const create = '/api/2.0/mlflow/model-versions/create';
  const artifacts = '/api/2.0/mlflow-artifacts/artifacts';
  it.each([
    ['two spellings of one field (GHSA-442c-p479-46xg)', 'POST', set, `{"run_id":"${run}","runId":"${otherRun}"}`],
    ['the camelCase spelling alone', 'POST', set, `{"runId":"${run}"}`],
    [
      'camelCase below the top',
      'POST',
      '/api/2.0/mlflow/runs/outputs',
      `{"run_id":"${run}","models":[{"modelId":"${modelId}"}]}`,
    ],
    ['old and new spelling with different values', 'POST', set, `{"run_id":"${run}","run_uuid":"${otherRun}"}`],
    ['a key twice', 'POST', set, `{"run_id":"${run}","run_id":"${otherRun}"}`],
    ['a key twice, once escaped', 'POST', set, `{"run_id":"${run}","run\\u005fid":"${otherRun}"}`],
    ['JSON inside a JSON string', 'POST', set, JSON.stringify(`{"run_id":"${run}"}`)],
    ['NaN', 'POST', set, `{"run_id":"${run}","value":NaN}`],
    ['a number where an identity belongs', 'POST', '/api/2.0/mlflow/experiments/delete', '{"experiment_id":1}'],
    ['a query on a POST', 'POST', `${set}?run_id=${run}`, `{"run_id":"${otherRun}"}`],
    ['a parameter twice', 'GET', `${get}&run_id=${otherRun}`, undefined],
    ['a parameter twice, once encoded', 'GET', `${get}&run%5Fid=${otherRun}`, undefined],
    ['an identity that is not one', 'GET', '/api/2.0/mlflow/runs/get?run_id=../x', undefined],
    ['an upper-case twin of an id', 'GET', `/api/2.0/mlflow/runs/get?run_id=${'A'.repeat(32)}`, undefined],
    ['a query that is not UTF-8', 'GET', '/api/2.0/mlflow/experiments/get-by-name?experiment_name=%ff', undefined],
    ['a second question mark', 'GET', `${get}?x=1`, undefined],
    [
      'a path and a body that differ',
      'PATCH',
      `/api/2.0/mlflow/logged-models/${modelId}`,
      `{"model_id":"m-${'d'.repeat(32)}"}`,
    ],
    [
      'an artifact location of the client',
      'POST',
      '/api/2.0/mlflow/experiments/create',
      '{"name":"a","artifact_location":"s3://x"}',
    ],
    ['a source on the disk (CVE-2025-11201)', 'POST', create, '{"name":"a","source":"file:///etc/passwd"}'],
    ['a source without a scheme', 'POST', create, '{"name":"a","source":"/etc"}'],
    ['a source elsewhere (GHSA-mr9f-g8qf-4w4j)', 'POST', create, '{"name":"a","source":"http://169.254.169.254/"}'],
    ['a source by alias, which can move', 'POST', create, '{"name":"a","source":"models:/other@champion"}'],
    ['a source that climbs', 'POST', create, `{"name":"a","source":"runs:/${run}/../../x"}`],
    ['an artifact path that climbs', 'GET', `${artifacts}/1/${run}/artifacts/../../2`, undefined],
    ['an encoded climb', 'GET', `${artifacts}/1/${run}/artifacts/%2e%2e/x`, undefined],
    ['a doubly encoded climb (CVE-2024-1560)', 'DELETE', `${artifacts}/1/${run}/artifacts/%252e%252e/x`, undefined],
    ['a backslash', 'GET', `${artifacts}/1/${run}/artifacts/..%5cx`, undefined],
    ['a fragment (CVE-2024-3848)', 'GET', `${artifacts}/1/${run}/artifacts/a%23b`, undefined],
    ['an empty query', 'GET', `${artifacts}/1/${run}/artifacts/a?`, undefined],
    ['a query beside a path', 'GET', `${artifacts}/1/${run}/artifacts/a?b`, undefined],
    ['a parameter in a path (CVE-2024-1593)', 'GET', `${artifacts}/1/${run}/artifacts/a;b`, undefined],
    ['a path that names no run', 'DELETE', `${artifacts}/1`, undefined],
    ['a path that names nothing', 'GET', `${artifacts}?path=`, undefined],
    ['a list of everything', 'GET', artifacts, undefined],
    ['another tenant by header', 'GET', get, undefined, { 'x-mlflow-workspace': 'other' }],
    ['an upgrade', 'GET', get, undefined, { upgrade: 'websocket' }],
    ['a body on a GET', 'GET', get, undefined, { 'content-length': '2' }],
    ['a compressed body', 'POST', set, `{"run_id":"${run}"}`, { 'content-encoding': 'gzip' }],
    [
      'another character set',
      'POST',
      set,
      `{"run_id":"${run}"}`,
      { 'content-type': 'application/json; charset=utf-16' },
    ],
    [
      'a metric of another run',
      'POST',
      '/api/2.0/mlflow/runs/log-batch',
      `{"run_id":"${run}","metrics":[{"run_id":"${otherRun}"}]}`,
    ],
    ['a path that climbs', 'GET', get.replace('/mlflow', '/x/../mlflow'), undefined],
    ['a path that climbs, encoded', 'GET', get.replace('/mlflow', '/%2e%2e/mlflow'), undefined],
    ['a tag that climbs', 'DELETE', `/api/2.0/mlflow/logged-models/${modelId}/tags/%2e%2e`, '{}'],
    ['an untabled route', 'POST', '/api/2.0/mlflow/gateway/secrets/create', '{}'],
    ['HEAD of a tabled route', 'HEAD', get, undefined],
    ['a tabled path in other letters', 'GET', get.replace('runs', 'Runs'), undefined],
    ['a doubled slash', 'GET', get.replace('/mlflow', '//mlflow'), undefined],
    ['the route with the lost slash', 'POST', '/api/2.0mlflow/experiments/search-datasets', '{}'],
  ])('%s', (_, method, target, body, headers?: Record<string, string>) => {
    expect(ask(method, target, body, headers)).toMatchObject({ ok: false });
  });
});

const vectors = process.env.MODELWARD_VECTORS;
const routesSkip = vectors === undefined ? 'SKIPPED mlflow/endpoints.json: set MODELWARD_VECTORS to run it' : '';
if (routesSkip !== '') console.warn(routesSkip);

describe.skipIf(vectors === undefined)('every route of MLflow that has no row is refused', () => {
  type Endpoint = { method: string; path: string };
  const endpoints: Endpoint[] =
    vectors === undefined ? [] : JSON.parse(readFileSync(`${vectors}/mlflow/endpoints.json`, 'utf8'));

  it('reads the list', () => expect(endpoints.length).toBeGreaterThan(500));

  it('and a row exists only for routes that MLflow has', async () => {
    const { routes } = await import('./routes.ts');
    const known = new Set(endpoints.map(({ method, path }) => `${method} ${path}`));
    const unknown = routes.filter(({ method, version, path }) => !known.has(`${method} /api/${version}${path}`));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });

  it('whatever it is', async () => {
    const { routes } = await import('./routes.ts');
    const tabled = new Set(
      routes.flatMap(({ method, version, path }) => [
        `${method} /api/${version}${path}`,
        `${method} /ajax-api/${version}${path}`,
      ]),
    );
    const others = endpoints.filter(({ method, path }) => !tabled.has(`${method} ${path}`));
    const passed = others.filter(
      ({ method, path }) => match({ method, target: path.replaceAll(/\{\w+\+?\}/g, 'x'), headers: {} }).ok,
    );
    expect(passed.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});
