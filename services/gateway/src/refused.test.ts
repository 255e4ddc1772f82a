import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { limits } from './limits.ts';
import { closeAll, decisionsOf, headOf, openDoor, send } from './testing/door.ts';
import { openRun } from './testing/facts.ts';

afterEach(closeAll);
afterEach(() => void vi.useRealTimers());

const artifacts = '/api/2.0/mlflow-artifacts/artifacts';
const create = 'POST /api/2.0/mlflow/registered-models/create';
const json = ['content-type: application/json'];

type Row = [what: string, line: string, sent: Parameters<typeof send>[2], status?: number, code?: string];

const malformed: Row[] = [
  ['a path that climbs', 'GET /api/2.0/mlflow/../mlflow/runs/get', {}],
  ['a path that climbs, encoded', 'GET /api/2.0/mlflow/%2e%2E/mlflow/runs/get', {}],
  ['a path that climbs, encoded twice', 'GET /api/2.0/mlflow/%252e%252e/runs/get', {}],
  ['a path that climbs, encoded nine times', `GET /api/2.0/mlflow/%${'25'.repeat(9)}2e./runs/get`, {}],
  ['a path that climbs by an encoded slash', 'GET /api/2.0/mlflow/..%2fruns/get', {}],
  ['a path that climbs by a backslash', 'GET /api/2.0/mlflow/..%5cruns/get', {}],
  ['a path that stays', 'GET /api/2.0/./mlflow/runs/get', {}],
  ['a path that climbs behind a parameter', 'GET /api/2.0/mlflow/..;x=y/runs/get', {}],
  ['an artifact path that climbs', `GET ${artifacts}/1/${openRun}/artifacts/a/../../../2`, {}],
  ['an artifact path that climbs, encoded', `PUT ${artifacts}/1/${openRun}/artifacts/%2e%2e/x`, { body: 'x' }],
  ['an artifact list that climbs', `GET ${artifacts}?path=1/${openRun}/artifacts/..`, {}],
  ['JSON that is none', create, { headers: json, body: '{"name":' }],
  ['JSON with a key twice', create, { headers: json, body: '{"name":"open-a","name":"hidden-a"}' }],
  ['JSON with a key twice, once escaped', create, { headers: json, body: '{"name":"open-a","n\\u0061me":"hidden-a"}' }],
  ['JSON that is no object', create, { headers: json, body: '["open-a"]' }],
  ['JSON inside of JSON', create, { headers: json, body: '"{\\"name\\":\\"open-a\\"}"' }],
  ['JSON deeper than anybody needs', create, { headers: json, body: `${'['.repeat(100)}${']'.repeat(100)}` }],
  ['JSON with half of a character in it', create, { headers: json, body: '{"name":"open-a\\ud800"}' }],
  [
    'JSON with half of a character far inside',
    create,
    { headers: json, body: '{"name":"open-a","tags":[{"key":"a","value":"\\uDE00\\ud83d"}]}' },
  ],
  ['JSON that is not UTF-8', create, { headers: json, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]) }],
  [
    'JSON that is said to be another type',
    create,
    { headers: ['content-type: text/plain'], body: '{"name":"open-a"}' },
  ],
  ['JSON that is compressed', create, { headers: [...json, 'content-encoding: gzip'], body: '{}' }],
  ['a body on a GET', 'GET /api/2.0/mlflow/registered-models/get?name=open-model', { body: '{"name":"hidden-model"}' }],
  ['a parameter twice', 'GET /api/2.0/mlflow/registered-models/get?name=open-model&name=hidden-model', {}],
  ['a query on a POST', `${create}?name=hidden-a`, { headers: json, body: '{"name":"open-a"}' }],
  [
    'another tenant',
    'GET /api/2.0/mlflow/registered-models/get?name=open-model',
    { headers: ['x-mlflow-workspace: b'] },
  ],
  ['an upgrade', 'GET /api/2.0/mlflow/registered-models/get?name=open-model', { headers: ['upgrade: websocket'] }],
  [
    'more resources than are decided at once',
    'POST /api/2.0/mlflow/runs/log-batch',
    {
      headers: json,
      body: JSON.stringify({
        run_id: openRun,
        metrics: Array.from({ length: 200 }, (_, at) => ({ key: 'k', model_id: `m-${String(at).padStart(32, '0')}` })),
      }),
    },
  ],
];

const others: Row[] = [
  ['a route that nobody tabled', 'GET /api/2.0/mlflow/gateway/secrets/list', {}, 404, 'ENDPOINT_NOT_FOUND'],
  ['a web page of MLflow', 'GET /', {}, 404, 'ENDPOINT_NOT_FOUND'],
  ['HEAD of a tabled route', 'HEAD /api/2.0/mlflow/runs/get', {}, 404],
  ['an absolute target', 'GET http://127.0.0.1/api/2.0/mlflow/runs/get', {}, 404, 'ENDPOINT_NOT_FOUND'],
  ['a method that HTTP does not know', 'PURGE /api/2.0/mlflow/runs/get', {}, 404, 'ENDPOINT_NOT_FOUND'],
  [
    'a body that says that it is too large',
    create,
    { headers: [...json, `content-length: ${limits.jsonBodyBytes + 1}`], body: undefined as never },
    413,
    'INVALID_PARAMETER_VALUE',
  ],
];

describe('a request that nobody could read in one way only is refused in MLflow\u2019s shape, recorded, and goes nowhere', () => {
  it.each([...malformed, ...others])('%s', async (_, line, sent, status = 400, code = 'INVALID_PARAMETER_VALUE') => {
    const door = await openDoor();
    const answer = await send(door, line, sent);
    expect(answer.status).toBe(status);
    if (!line.startsWith('HEAD'))
      expect(JSON.parse(answer.body)).toEqual({ error_code: code, message: expect.any(String) });
    expect(decisionsOf(door)).toMatchObject([{ decision: 'deny', asked: [{ resource: { type: 'Unknown' } }] }]);
    expect(answer.headers['modelward-receipt']).toBe('modelward/test 0');
    expect([door.counts.take(), door.faults]).toEqual([{}, []]);
  });

  it('a body that grows too large without having said so', async () => {
    const door = await openDoor();
    const megabyte = 'x'.repeat(1024 * 1024);
    const chunk = `${(1024 * 1024).toString(16)}\r\n${megabyte}\r\n`;
    const body = `${chunk.repeat(11)}0\r\n\r\n`;
    const answer = await send(door, create, {
      bare: true,
      headers: [
        `host: 127.0.0.1:${door.port}`,
        `authorization: Bearer mw_pat_${'t'.repeat(43)}`,
        ...json,
        'transfer-encoding: chunked',
      ],
      body,
    });
    expect([answer.status, JSON.parse(answer.body).message]).toEqual([413, expect.stringContaining('10485760 bytes')]);
    expect(door.counts.take()).toEqual({});
  });

  it('a body of exactly the limit, which is read and passed on', async () => {
    const door = await openDoor();
    const body = `{"name":"open-a","description":"${'x'.repeat(limits.jsonBodyBytes - 34)}"}`;
    expect(body.length).toBe(limits.jsonBodyBytes);
    const answer = await send(door, create, { headers: json, body });
    expect(answer.status).toBe(502);
    expect(door.counts.take()).toMatchObject({ upstream: 1 });
  });

  it('an upload that nobody wants is read away, so that its sender hears why', async () => {
    const door = await openDoor();
    const body = Buffer.alloc(20 * 1024 * 1024);
    const socket = connect(door.port, '127.0.0.1');
    const faults: unknown[] = [];
    socket.on('error', (fault) => faults.push(fault));
    socket.write(headOf(door.port, `PUT ${artifacts}/3/${'b'.repeat(32)}/artifacts/x`, { body }));
    // As most clients do: all of the body first, and only then a look at the answer.
    await new Promise((resolve) => socket.write(body, resolve));
    const answer = (await Array.fromAsync(socket)).join('');
    expect([faults, answer.slice(0, 12), answer.includes('RESOURCE_DOES_NOT_EXIST')]).toEqual([
      [],
      'HTTP/1.1 404',
      true,
    ]);
    expect(door.counts.take().upstream).toBeUndefined();
  });

  it('but not for ever', async () => {
    const door = await openDoor();
    const socket = connect(door.port, '127.0.0.1');
    const body = { headers: ['content-length: 1000000000000'] };
    socket.write(headOf(door.port, `PUT ${artifacts}/3/${'b'.repeat(32)}/artifacts/x`, body));
    const part = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const more = () => {
      while (socket.writable && socket.write(part)) sent += part.length;
    };
    socket.on('drain', more).on('error', () => undefined);
    socket.resume();
    more();
    await new Promise((resolve) => socket.once('close', resolve));
    // Beyond what was read, only what lies in the buffers between the two was sent.
    expect(sent).toBeLessThan(limits.drainBytes + 32 * 1024 * 1024);
  });

  it('and not for as long as a byte comes now and then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const door = await openDoor();
    const socket = connect(door.port, '127.0.0.1').on('error', () => undefined);
    socket.write(headOf(door.port, 'PUT /x', { headers: ['content-length: 1000'], bare: true }));
    await once(socket, 'data');
    vi.advanceTimersByTime(limits.drainMs - 1);
    socket.write('x');
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    await once(socket, 'close');
  });
});

describe('a request that policy refuses', () => {
  it('says what would help, and is recorded with it', async () => {
    const door = await openDoor();
    const answer = await send(door, 'GET /api/2.0/mlflow/registered-models/get?name=shown-model');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      403,
      {
        error_code: 'PERMISSION_DENIED',
        message:
          '`model.read` is not allowed: ask for the role `viewer` on project `shown`; a security administrator assigns it',
      },
    ]);
    expect(door.log).toMatchObject([
      { type: 'decision', decision: 'deny', reasons: ['no-permit'], remedies: ['viewer'] },
    ]);
  });
});
