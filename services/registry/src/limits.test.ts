import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../tests/support/databases.ts';
import { createWorld, furnish, type World } from './testing/world.ts';

const none = '0'.repeat(32);
/** Four bytes each, and two of JavaScript's units. */
const wide = (characters: number) => '😀'.repeat(characters);
const letters = (characters: number) => 'é'.repeat(characters);

describe.each(databases)('what is as large or as odd as can be, on $name', ({ open }) => {
  let world: World;
  let made: Awaited<ReturnType<typeof furnish>>;

  beforeAll(async () => {
    world = createWorld(await open());
    made = await furnish(world);
  });
  afterAll(() => world.database.close());

  it.each([
    ['an experiment name', 'POST /mlflow/experiments/create', { name: wide(500) }, 200],
    ['a longer experiment name', 'POST /mlflow/experiments/create', { name: wide(501) }, 400],
    ['a model name', 'POST /mlflow/registered-models/create', { name: wide(256) }, 200],
    ['a longer model name', 'POST /mlflow/registered-models/create', { name: wide(257) }, 400],
    [
      'a model tag',
      'POST /mlflow/registered-models/set-tag',
      { name: 'NAME', key: letters(250), value: wide(100_000) },
      200,
    ],
    [
      'a longer model tag',
      'POST /mlflow/registered-models/set-tag',
      { name: 'NAME', key: 'k', value: 'x'.repeat(100_001) },
      400,
    ],
    ['an alias', 'POST /mlflow/registered-models/alias', { name: 'NAME', alias: letters(255), version: '1' }, 200],
    [
      'a longer alias',
      'POST /mlflow/registered-models/alias',
      { name: 'NAME', alias: letters(256), version: '1' },
      400,
    ],
    [
      'a long parameter, which is cut',
      'POST /mlflow/runs/log-parameter',
      { run_id: 'RUN', key: 'p', value: wide(7000) },
      200,
    ],
    [
      'a metric name',
      'POST /mlflow/runs/log-metric',
      { run_id: 'RUN', key: letters(250), value: -1e308, timestamp: 2 ** 53 - 1, step: -(2 ** 53 - 1) },
      200,
    ],
    [
      'a number beyond every double',
      'POST /mlflow/runs/log-metric',
      { run_id: 'RUN', key: 'm', value: '-Infinity', timestamp: 0 },
      200,
    ],
    [
      'a step beyond exact integers',
      'POST /mlflow/runs/log-metric',
      { run_id: 'RUN', key: 'm', value: 1, timestamp: 0, step: '9007199254740993' },
      400,
    ],
    [
      'a step that is half',
      'POST /mlflow/runs/log-metric',
      { run_id: 'RUN', key: 'm', value: 1, timestamp: 0, step: 0.5 },
      400,
    ],
    ['a version beyond any', 'DELETE /mlflow/model-versions/delete', { name: 'NAME', version: '9999999999' }, 404],
    [
      'a version of many digits',
      'DELETE /mlflow/model-versions/delete',
      { name: 'NAME', version: '1'.repeat(400) },
      400,
    ],
    ['a version with a sign', 'DELETE /mlflow/model-versions/delete', { name: 'NAME', version: '-1' }, 400],
    [
      'a dataset',
      'POST /mlflow/runs/log-inputs',
      {
        run_id: 'RUN',
        datasets: [{ dataset: { name: '\u0001'.repeat(500), digest: wide(36), source_type: 's', source: 's' } }],
      },
      200,
    ],
    [
      'a dataset without a digest',
      'POST /mlflow/runs/log-inputs',
      { run_id: 'RUN', datasets: [{ dataset: { name: 'n', source_type: 's', source: 's' } }] },
      400,
    ],
    [
      'a batch of too many metrics',
      'POST /mlflow/runs/log-batch',
      { run_id: 'RUN', metrics: Array.from({ length: 1001 }, () => ({ key: 'm', value: 1, timestamp: 1 })) },
      400,
    ],
    [
      'a full batch',
      'POST /mlflow/runs/log-batch',
      {
        run_id: 'RUN',
        metrics: Array.from({ length: 1000 }, (_, at) => ({
          key: `m${at % 7}`,
          value: at % 3,
          timestamp: 1,
          step: at % 5,
        })),
      },
      200,
    ],
    ['a NUL in a text', 'POST /mlflow/runs/set-tag', { run_id: 'RUN', key: 'k', value: 'a\0b' }, 400],
    ['half a character in a text', 'POST /mlflow/runs/set-tag', { run_id: 'RUN', key: 'k', value: 'a\ud800' }, 400],
    ['a number where a text belongs', 'POST /mlflow/runs/set-tag', { run_id: 'RUN', key: 5, value: 'v' }, 400],
    ['an object where a text belongs', 'POST /mlflow/runs/set-tag', { run_id: { a: 1 }, key: 'k', value: 'v' }, 400],
    ['a list where an object belongs', 'POST /mlflow/runs/log-batch', { run_id: 'RUN', params: [[]] }, 400],
    ['a text where a list belongs', 'POST /mlflow/runs/log-batch', { run_id: 'RUN', params: 'p' }, 400],
    ['a run that is not there', 'POST /mlflow/runs/set-tag', { run_id: none, key: 'k', value: 'v' }, 404],
    ['a run id in capitals', 'POST /mlflow/runs/set-tag', { run_id: 'A'.repeat(32), key: 'k', value: 'v' }, 400],
    ['a page size of nothing', 'POST /mlflow/runs/search', { experiment_ids: ['1'], max_results: 0 }, 400],
    [
      'a page far behind the end',
      'POST /mlflow/runs/search',
      { experiment_ids: ['1'], page_token: Buffer.from('{"offset":999999999999}').toString('base64url') },
      200,
    ],
    [
      'a forged page token',
      'POST /mlflow/runs/search',
      { experiment_ids: ['1'], page_token: Buffer.from('{"offset":"1; select 1"}').toString('base64url') },
      400,
    ],
    ['an experiment id of too many digits', 'POST /mlflow/runs/search', { experiment_ids: ['9'.repeat(30)] }, 400],
    [
      'more experiments than a search may name',
      'POST /mlflow/runs/search',
      { experiment_ids: Array.from({ length: 101 }, (_, at) => String(at)) },
      400,
    ],
    ['no experiment to search in', 'POST /mlflow/runs/search', {}, 400],
  ])('%s gets a plain answer', async (_, line, body, status) => {
    const json: unknown = JSON.parse(
      JSON.stringify(body).replaceAll('"RUN"', `"${made.run}"`).replaceAll('"NAME"', `"${made.name}"`),
    );
    const answer = await world.send(line, { json });
    expect([answer.status, answer.status === 200 ? undefined : answer.json.error_code]).toEqual([
      status,
      { 200: undefined, 400: 'INVALID_PARAMETER_VALUE', 404: 'RESOURCE_DOES_NOT_EXIST' }[status],
    ]);
    if (status === 200) expect((await world.send(`GET /mlflow/runs/get?run_id=${made.run}`)).status).toBe(200);
  });

  it.each([
    ['is not JSON', '{"run_id"', 'BAD_REQUEST'],
    ['is a list', '[]', 'BAD_REQUEST'],
    ['has a key twice', '{"run_id":"a","run_id":"b"}', 'BAD_REQUEST'],
    ['has a key twice in another spelling', '{"run_id":"a","runId":"b"}', 'BAD_REQUEST'],
    ['is not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'BAD_REQUEST'],
    ['is too deep', `${'['.repeat(200)}${']'.repeat(200)}`, 'BAD_REQUEST'],
    ['is too large', Buffer.alloc(10 * 1024 * 1024 + 1, ' '), 'BAD_REQUEST'],
    ['is empty', '', 'INVALID_PARAMETER_VALUE'],
  ])('a body that %s is refused', async (_, body, code) => {
    const answer = await world.send('POST /mlflow/runs/set-tag', { body: Buffer.from(body) });
    expect([answer.status, answer.json.error_code]).toEqual([400, code]);
  });

  it.each([
    ['GET /mlflow/runs/delete', 404, 'ENDPOINT_NOT_FOUND'],
    ['POST /mlflow/runs/delete/', 404, 'ENDPOINT_NOT_FOUND'],
    ['POST /mlflow//runs/delete', 404, 'ENDPOINT_NOT_FOUND'],
    ['GET /mlflow/users/get', 404, 'ENDPOINT_NOT_FOUND'],
    ['GET /apiX/2.0/mlflow/runs/get', 404, 'ENDPOINT_NOT_FOUND'],
    ['GET /api/3.0/mlflow/runs/get', 404, 'ENDPOINT_NOT_FOUND'],
    ['get /mlflow/runs/get', 404, 'ENDPOINT_NOT_FOUND'],
    [`GET /mlflow/runs/get?run_id=${none}&run_id=${none}`, 400, 'BAD_REQUEST'],
    [`GET /mlflow/runs/get?runId=${none}`, 400, 'BAD_REQUEST'],
    [`GET /mlflow/runs/get?run_id=${none}?run_id=${none}`, 400, 'BAD_REQUEST'],
    ['GET /mlflow/runs/get?run_id=%ff', 400, 'BAD_REQUEST'],
    ['GET /mlflow/logged-models/m-%2e%2e', 400, 'INVALID_PARAMETER_VALUE'],
    [`GET /ajax-api/2.0/mlflow/runs/get?run_id=${none}`, 404, 'RESOURCE_DOES_NOT_EXIST'],
  ])('%s is answered with %i', async (line, status, code) => {
    const answer = await world.send(line);
    expect([answer.status, answer.json.error_code]).toEqual([status, code]);
  });
});
