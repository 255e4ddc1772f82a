import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  answering,
  closeAll,
  decisionsOf,
  listenHttp,
  openDoor,
  outcomesOf,
  readAll,
  send,
  token,
} from './testing/door.ts';
import { openRun } from './testing/facts.ts';

afterEach(closeAll);

const get = 'GET /api/2.0/mlflow/registered-models/get?name=open-model';
const download = `GET /api/2.0/mlflow-artifacts/artifacts/1/${openRun}/artifacts/a.bin`;

type Seen = {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** An upstream that keeps what it was asked. */
async function openWith(answer = answering({ registered_model: { name: 'open-model' } })) {
  const seen: Seen[] = [];
  const upstreamPort = await listenHttp(async (request, response) => {
    const { method = '', url: target = '', headers } = request;
    const body = method === 'GET' ? '' : await readAll(request as IncomingMessage);
    seen.push({ method, target, headers, body: body.toString() });
    return answer(Object.assign(request), response);
  });
  return { seen, ...(await openDoor({ upstreamPort })) };
}

describe('what is passed on', () => {
  it('is the request byte for byte, without whatever else came along', async () => {
    const door = await openWith();
    const body = '{ "name" : "open-model",\n "key":"a", "value":"\\u00e9 and é" }';
    const answer = await send(door, 'POST /ajax-api/2.0/mlflow/registered-models/set-tag', {
      body,
      headers: [
        'content-type: application/json',
        'user-agent: mlflow-python-client/3.17.2',
        'x-mlflow-client-version: 3.17.2',
        'accept: */*',
        'accept-encoding: gzip, deflate',
        'cookie: session=secret',
        'x-forwarded-for: 10.0.0.1',
        'x-forwarded-user: root',
        'forwarded: for=10.0.0.1',
        'x-remote-user: root',
        'x-mlflow-authorization: root',
        'proxy-authorization: Basic cm9vdDpyb290',
        'te: trailers',
        'keep-alive: timeout=5',
        'range: bytes=0-1',
        'if-none-match: "a"',
        'x-anything: else',
      ],
    });
    expect(answer.status).toBe(200);
    const [{ headers, ...request } = door.seen[0] as Seen] = door.seen;
    expect(request).toEqual({ method: 'POST', target: '/ajax-api/2.0/mlflow/registered-models/set-tag', body });
    const { host: _, connection: __, ...rest } = headers;
    expect(rest).toEqual({
      accept: '*/*',
      'accept-encoding': 'identity',
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'application/json',
      'user-agent': 'mlflow-python-client/3.17.2',
      'x-mlflow-client-version': '3.17.2',
    });
    expect(JSON.stringify(door.seen)).not.toContain(token);
  });

  it('is a body in chunks as one with its length', async () => {
    const door = await openWith();
    const answer = await send(door, 'POST /api/2.0/mlflow/registered-models/set-tag', {
      bare: true,
      headers: [`host: 127.0.0.1:${door.port}`, `authorization: Bearer ${token}`, 'transfer-encoding: chunked'],
      body: '8\r\n{"name":\r\nd\r\n"open-model"}\r\n0\r\n\r\n',
    });
    expect(answer.status).toBe(200);
    expect(door.seen).toMatchObject([{ body: '{"name":"open-model"}', headers: { 'content-length': '21' } }]);
  });

  it('is a part of an artifact, and whether it has changed, when that is asked', async () => {
    const door = await openWith((_, response) => void response.writeHead(304, { etag: '"a"' }).end());
    const answer = await send(door, download, { headers: ['range: bytes=0-1', 'if-none-match: "a"'] });
    expect([answer.status, answer.headers.etag]).toEqual([304, '"a"']);
    expect(door.seen).toMatchObject([{ headers: { range: 'bytes=0-1', 'if-none-match': '"a"' } }]);
  });
});

describe('what is passed back', () => {
  it('is the answer byte for byte, without what the upstream says about itself', async () => {
    const body = '{\n  "registered_model": {"name": "open-model"}\n}';
    const door = await openWith((_, response) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'set-cookie': ['session=upstream', 'other=1'],
          server: 'uvicorn',
          'www-authenticate': 'Basic realm="mlflow"',
          'access-control-allow-origin': '*',
          location: 'http://evil.example/',
          'x-powered-by': 'mlflow',
        })
        .end(body),
    );
    const answer = await send(door, get);
    expect(answer.body).toBe(body);
    const { date: _, ...headers } = answer.headers;
    expect(headers).toEqual({
      'cache-control': 'private, no-cache',
      connection: 'close',
      'content-length': String(body.length),
      'content-security-policy': "default-src 'none'; sandbox",
      'content-type': 'application/json',
      'modelward-receipt': 'modelward/test 0',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.stringMatching(/^req_/),
    });
  });

  it('is an artifact of any type, which nothing runs in a browser', async () => {
    const door = await openWith((_, response) =>
      response
        .writeHead(200, {
          'content-type': 'text/html',
          'content-disposition': 'attachment; filename=a',
          'set-cookie': 'a=b',
        })
        .end('<p>'),
    );
    const answer = await send(door, download);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/html',
      'content-disposition': 'attachment; filename=a',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });
});

describe('the record', () => {
  it('has the decision before the upstream sees the request, and the outcome after', async () => {
    const inLog: unknown[] = [];
    const upstreamPort = await listenHttp((request, response) => {
      inLog.push(...decisionsOf(door), ...outcomesOf(door));
      answering({})(request, response);
    });
    const door = await openDoor({ upstreamPort });
    await send(door, get);
    await door.drained();
    expect(inLog).toMatchObject([
      { decision: 'allow', asked: [{ action: 'model.read', resource: { id: 'res_open_model', project: 'prj_open' } }] },
    ]);
    expect(door.log).toMatchObject([
      { type: 'decision' },
      { type: 'outcome', of: 0, status: 200, bytesIn: 0, bytesOut: 2, end: 'complete' },
    ]);
  });

  it('never holds what the client typed', async () => {
    const door = await openWith();
    for (const line of [get, `${get}-secret`, 'GET /api/2.0/mlflow/secret-path?secret-query=1'])
      await send(door, line, { headers: ['user-agent: secret-agent'] });
    expect(JSON.stringify(door.log)).not.toMatch(/secret|open-model/);
  });

  it('counts what came and what left', async () => {
    const door = await openWith((_, response) => void response.end('x'.repeat(5000)));
    await send(door, `PUT ${download.slice(4)}`, { body: 'y'.repeat(3000) });
    await door.drained();
    expect(door.log).toMatchObject([{}, { type: 'outcome', bytesIn: 3000, bytesOut: 5000 }]);
  });
});

describe('the gateway itself', () => {
  it('answers what clients ask before they use a feature, without the upstream', async () => {
    const door = await openWith();
    const answer = await send(door, 'GET /api/3.0/mlflow/server-info');
    expect(JSON.parse(answer.body)).toMatchObject({ workspaces_enabled: false });
    expect(door.seen).toEqual([]);
    expect(decisionsOf(door)).toMatchObject([{ decision: 'allow' }]);
  });
});
