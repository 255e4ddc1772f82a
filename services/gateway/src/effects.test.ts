import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { answering, closeAll, type Door, listenHttp, openDoor, readAll, send } from './testing/door.ts';
import { openRun } from './testing/facts.ts';

afterEach(closeAll);

const create = 'POST /api/2.0/mlflow/registered-models/create';
const made = { registered_model: { name: 'open-new' } };
const exists = { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'exists' };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An upstream that gives these answers, one after the other, and the last one from then on. */
async function openBefore(...answers: readonly Answer[]) {
  let at = 0;
  const upstreamPort = await listenHttp((request, response) => {
    const answer = answers[Math.min(at, answers.length - 1)];
    at += 1;
    answer?.(request, response);
  });
  return openDoor({ upstreamPort });
}

const hangUp: Answer = (request) => void request.socket.destroy();
const model = (door: Door, key = 'open-new') => door.facts.find((one) => one.type === 'Model' && one.key === key);
const ask = (door: Door, name = 'open-new') => send(door, create, { body: JSON.stringify({ name }) });

describe('something new', () => {
  it('belongs to whoever made it, in the project that its name says, before they hear of it', async () => {
    const door = await openBefore(answering(made));
    expect((await ask(door)).status).toBe(200);
    expect(model(door)).toMatchObject({
      state: 'live',
      ownerId: 'acc_ada',
      producerId: 'acc_ada',
      projectId: 'prj_open',
    });
  });

  it('that the upstream refuses leaves nothing', async () => {
    const door = await openBefore(answering({ error_code: 'INVALID_PARAMETER_VALUE' }, 400));
    expect((await ask(door)).status).toBe(400);
    expect(model(door)).toBeUndefined();
  });

  it.each<[string, Answer, number]>([
    ['says that it failed', answering({}, 500), 500],
    ['hangs up', hangUp, 502],
    ['says yes to nothing', answering({}), 200],
  ])('stays reserved when the upstream %s, and the next try finds what became of it', async (_, first, status) => {
    const door = await openBefore(first, answering(exists, 400));
    expect((await ask(door)).status).toBe(status);
    expect(model(door)).toMatchObject({ state: 'reserved' });
    expect((await ask(door)).status).toBe(400);
    expect(model(door)).toMatchObject({ state: 'live', ownerId: 'acc_ada' });
  });

  it('that was there before Modelward is nobody\u2019s, however often it is asked for, also at once', async () => {
    const held: ServerResponse[] = [];
    const refuse = (response: ServerResponse | undefined) =>
      response?.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(exists));
    const door = await openBefore(async (request, response) => {
      await readAll(request);
      held.push(response);
    });
    let answered = 0;
    const asked = Array.from({ length: 3 }, async () => {
      const { status } = await ask(door);
      answered += 1;
      return status;
    });
    while (held.length < 3) await new Promise(setImmediate);
    // The last first, so that whoever reserved the name is still at it when the others hear that it exists.
    for (let count = 1; count <= 3; count += 1) {
      refuse(held.pop());
      while (answered < count) await new Promise(setImmediate);
    }
    expect(await Promise.all(asked)).toEqual([400, 400, 400]);
    expect(model(door)).toBeUndefined();
  });

  it('under the name of what the upstream has meanwhile lost is new, and inherits nothing', async () => {
    const door = await openBefore(answering({ registered_model: { name: 'open-model' } }));
    expect((await ask(door, 'open-model')).status).toBe(200);
    const found = door.facts.filter(({ key }) => key === 'open-model');
    expect(found).toMatchObject([{ ownerId: 'acc_ada', state: 'live' }]);
    expect(found[0]?.id).not.toBe('res_open_model');
  });

  it('inside of something lies where that lies', async () => {
    const id = 'e'.repeat(32);
    const door = await openBefore(answering({ run: { info: { run_id: id } } }));
    await send(door, 'POST /api/2.0/mlflow/runs/create', { body: '{"experiment_id":"1"}' });
    expect(door.facts.find(({ key }) => key === id)).toMatchObject({
      type: 'Run',
      parentId: 'res_open_experiment',
      projectId: 'prj_open',
      state: 'live',
    });
  });

  it('of which the answer was lost is found again by its name', async () => {
    const found = answering({ experiment: { experiment_id: '77' } });
    const door = await openBefore(hangUp, answering(exists, 400), found);
    const experiment = () => send(door, 'POST /api/2.0/mlflow/experiments/create', { body: '{"name":"open-x"}' });
    await experiment();
    await experiment();
    expect(door.facts.find(({ name }) => name === 'open-x')).toMatchObject({ key: '77', state: 'live' });
  });
});

describe('an end', () => {
  const remove = 'DELETE /api/2.0/mlflow/registered-models/delete';
  it('is one when the upstream says so, and only then', async () => {
    const door = await openBefore(answering({}, 500), hangUp, answering({}, 404), answering({}));
    for (const left of [true, true, true, false]) {
      await send(door, remove, { body: '{"name":"open-model"}' });
      expect(model(door, 'open-model') !== undefined).toBe(left);
    }
  });
});

describe('a stage', () => {
  it('is Modelward\u2019s own fact once the upstream has it', async () => {
    const door = await openBefore(answering({}, 500), answering({}));
    const body = '{"name":"open-model","version":"1","stage":"Production"}';
    const stage = () => door.facts.find(({ key }) => key === 'open-model/1')?.stage;
    const move = () => send(door, 'POST /api/2.0/mlflow/model-versions/transition-stage', { body });
    await move();
    expect(stage()).toBe('None');
    await move();
    expect(stage()).toBe('Production');
  });

  it('is no tag that a client sets', async () => {
    const door = await openBefore(answering({}));
    const body = `{"run_id":"${openRun}","key":"stage","value":"Production"}`;
    await send(door, 'POST /api/2.0/mlflow/runs/set-tag', { body });
    expect(door.facts.every(({ stage }) => stage === 'None')).toBe(true);
  });
});
