import type { JsonObject } from '@modelward/basics';
import { describe, expect, it } from 'vitest';
import { databases } from '../../../tests/support/databases.ts';
import { createWorld, furnish } from './testing/world.ts';

/** `count` times at the same moment. */
const atOnce = <Value>(count: number, work: (at: number) => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, (_, at) => work(at)));

describe.each(databases)('many at once, on $name', ({ open }) => {
  const furnished = async () => {
    const world = createWorld(await open());
    return { ...world, made: await furnish(world), close: () => world.database.close() };
  };

  it('registrations of a version get a number each, without a gap, and none that was given before', async () => {
    const { send, made, close } = await furnished();
    const json = { name: made.name, source: `runs:/${made.run}/model`, run_id: made.run };
    const register = async () =>
      Number(((await send('POST /mlflow/model-versions/create', { json })).json.model_version as JsonObject).version);
    const numbers = await atOnce(12, register);
    expect(numbers.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    await send('DELETE /mlflow/model-versions/delete', { json: { name: made.name, version: '13' } });
    expect(await register()).toBe(14);
    await close();
  });

  it('an alias that is set while its version is deleted points to a version that is there, or nowhere', async () => {
    const { send, made, rows, close } = await furnished();
    const { name } = made;
    const json = { name, source: `runs:/${made.run}/model`, run_id: made.run };
    for (const version of ['2', '3', '4', '5']) {
      await send('POST /mlflow/model-versions/create', { json });
      const [set, removed] = await Promise.all([
        send('POST /mlflow/registered-models/alias', { json: { name, alias: 'racing', version } }),
        send('DELETE /mlflow/model-versions/delete', { json: { name, version } }),
      ]);
      expect([200, 404]).toContain(set.status);
      expect(removed.status).toBe(200);
      expect((await send(`GET /mlflow/registered-models/alias?name=${name}&alias=racing`)).json.error_code).toBe(
        'INVALID_PARAMETER_VALUE',
      );
    }
    expect((await rows()).filter((row) => row.includes('registry_aliases'))).toHaveLength(1);
    await close();
  });

  it('an alias that everybody sets stands for one of the versions that were named', async () => {
    const { send, made, close } = await furnished();
    const { name } = made;
    for (let at = 0; at < 3; at += 1) {
      await send('POST /mlflow/model-versions/create', {
        json: { name, source: `runs:/${made.run}/model`, run_id: made.run },
      });
    }
    const statuses = await atOnce(8, async (at) => {
      const version = String((at % 4) + 1);
      return (await send('POST /mlflow/registered-models/alias', { json: { name, alias: 'champion', version } }))
        .status;
    });
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { json } = await send(`GET /mlflow/registered-models/get?name=${name}`);
    expect(json.registered_model).toMatchObject({
      aliases: [{ alias: 'champion', version: expect.stringMatching(/^[1-4]$/) }],
    });
    await close();
  });

  it.each([
    ['experiments/create', { name: 'fraud-same' }],
    ['registered-models/create', { name: 'fraud-same' }],
  ])('creations of one name by %s make it once', async (path, json) => {
    const { send, close } = await furnished();
    const answers = await atOnce(6, () => send(`POST /mlflow/${path}`, { json }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200).map((answer) => answer.json.error_code);
    expect(new Set(others)).toEqual(new Set(['RESOURCE_ALREADY_EXISTS']));
    await close();
  });

  it('experiments that are made get an id each', async () => {
    const { send, close } = await furnished();
    const answers = await atOnce(6, (at) => send('POST /mlflow/experiments/create', { json: { name: `fraud-${at}` } }));
    expect(answers.map(({ json }) => Number(json.experiment_id)).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7]);
    await close();
  });

  it('values of one parameter: the first stays, the others are refused', async () => {
    const { send, made, close } = await furnished();
    const answers = await atOnce(6, (at) =>
      send('POST /mlflow/runs/log-parameter', { json: { run_id: made.run, key: 'depth', value: String(at) } }),
    );
    const kept = answers.findIndex(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { json } = await send(`GET /mlflow/runs/get?run_id=${made.run}`);
    expect(json).toMatchObject({ run: { data: { params: [{ key: 'depth', value: String(kept) }] } } });
    await close();
  });

  it('batches of metrics leave the value of the last step, in whatever order they come', async () => {
    const { send, made, close } = await furnished();
    const answers = await atOnce(10, (at) =>
      send('POST /mlflow/runs/log-batch', {
        json: {
          run_id: made.run,
          metrics: ['a', 'b', 'c'].map((key) => ({ key, value: at, timestamp: 100 - at, step: at })),
        },
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { json } = await send(`GET /mlflow/runs/get?run_id=${made.run}`);
    const metrics = ['a', 'b', 'c'].map((key) => ({ key, value: 9, timestamp: 91, step: 9 }));
    expect(json).toMatchObject({ run: { data: { metrics } } });
    await close();
  });

  it('uploads to one path leave one of them whole', async () => {
    const { send, made, close } = await furnished();
    const contents = Array.from({ length: 6 }, (_, at) => Buffer.alloc(100_000, at));
    const path = `/mlflow-artifacts/artifacts/${made.root}/same`;
    const statuses = await atOnce(
      6,
      async (at) => (await send(`PUT ${path}`, { body: contents[at] as Buffer })).status,
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { body } = await send(`GET ${path}`);
    expect(contents.some((content) => content.equals(body))).toBe(true);
    await close();
  });

  it('a file and a folder of one name never both exist', async () => {
    const { send, made, close } = await furnished();
    for (let round = 0; round < 4; round += 1) {
      const path = `/mlflow-artifacts/artifacts/${made.root}/round${round}`;
      const answers = await Promise.all([
        send(`PUT ${path}`, { body: Buffer.from('file') }),
        send(`PUT ${path}/below`, { body: Buffer.from('below') }),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    }
    await close();
  });
});
