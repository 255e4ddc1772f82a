import { chmodSync, mkdtempSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, decisionsOf, listenTcp, openDoor, outcomesOf, send } from './testing/door.ts';
import { openRun } from './testing/facts.ts';
import { createHttpUpstream } from './upstream-http.ts';

afterEach(closeAll);

const get = 'GET /api/2.0/mlflow/registered-models/get?name=open-model';
const search = 'GET /api/2.0/mlflow/registered-models/search';
const create = 'POST /api/2.0/mlflow/registered-models/create';
const download = `GET /api/2.0/mlflow-artifacts/artifacts/1/${openRun}/artifacts/big.bin`;
const head = (length: number | 'chunked') =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`}\r\n\r\n`;

const hangUp = (socket: Socket) => void socket.destroy();
const silence = () => undefined;

/** What an upstream does with a request, and what its client is told of it. */
const faults: [what: string, behave: (socket: Socket) => void, status: number, message: string][] = [
  ['hangs up at once', hangUp, 502, 'does not answer'],
  ['says nothing', silence, 504, 'took too long'],
  ['stops in its head', (socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-'), 504, 'took too long'],
  ['is cut off in its head', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'), 502, 'does not answer'],
  ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 502, 'does not answer'],
  ['has an endless head', (socket) => endlessHead(socket), 502, 'does not answer'],
  ['is cut off in its body', (socket) => socket.end(`${head(100)}{"registered_model":`), 502, 'does not answer'],
  [
    'is cut off in a chunk',
    (socket) => socket.end(`${head('chunked')}40\r\n{"registered_model":`),
    502,
    'does not answer',
  ],
  ['stops in its body', (socket) => void socket.write(`${head(100)}{"registered_model":`), 502, 'does not answer'],
  ['sends to another place', redirect(302), 502, 'not passed on'],
  ['sends to another place with the body', redirect(307), 502, 'not passed on'],
  ['says that nothing has changed, unasked', redirect(304), 502, 'not passed on'],
  [
    'compresses what nobody can then read',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}'),
    502,
    'not passed on',
  ],
];

function redirect(status: number) {
  return (socket: Socket) =>
    void socket.end(`HTTP/1.1 ${status} X\r\nlocation: http://evil.example/\r\ncontent-length: 0\r\n\r\n`);
}

function endlessHead(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n');
  const line = `x-padding: ${'x'.repeat(1000)}\r\n`;
  const more = () => {
    while (socket.writable && socket.write(line));
  };
  socket.on('drain', more);
  more();
}

describe.each([
  ['a question', get, undefined],
  ['a list', search, undefined],
  ['a change', create, '{"name":"open-new"}'],
])('for %s, an upstream that', (_, line, body) => {
  it.each(faults)('%s', async (_what, behave, status, message) => {
    const upstreamPort = await listenTcp(behave);
    const door = await openDoor({ upstreamPort, timeoutMs: 300 });
    const answer = await send(door, line, body === undefined ? {} : { body });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      { error_code: 'TEMPORARILY_UNAVAILABLE', message: expect.stringContaining(message) },
    ]);
    expect(answer.headers).not.toHaveProperty('location');
    expect(decisionsOf(door)).toMatchObject([{ decision: 'allow' }]);
    expect(outcomesOf(door)).toEqual([{ of: 0, status, end: 'upstream-failed' }]);
    expect(door.faults).toEqual([]);
  });

  it('is not there', async () => {
    const door = await openDoor();
    const answer = await send(door, line, body === undefined ? {} : { body });
    expect(answer.status).toBe(502);
    expect(outcomesOf(door)).toEqual([{ of: 0, status: 502, end: 'upstream-failed' }]);
  });
});

describe('for an artifact, an upstream that', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['is cut off', (socket) => socket.end(`${head(1000)}${'x'.repeat(100)}`)],
    ['is cut off in a chunk', (socket) => socket.end(`${head('chunked')}3e8\r\n${'x'.repeat(100)}`)],
    ['stops', (socket) => void socket.write(`${head(1000)}${'x'.repeat(100)}`)],
  ])('%s in the middle leaves a client that knows that it has not all', async (_, behave) => {
    const upstreamPort = await listenTcp(behave);
    const door = await openDoor({ upstreamPort, timeoutMs: 300 });
    const answer = await send(door, download);
    expect(answer.status).toBe(200);
    const isWhole =
      answer.headers['content-length'] === String(answer.body.length) || answer.body.endsWith('0\r\n\r\n');
    expect(isWhole).toBe(false);
    await door.drained();
    expect(outcomesOf(door)).toEqual([{ of: 0, status: 200, end: 'upstream-failed' }]);
    expect(door.faults).toHaveLength(1);
  });
});

describe('an upstream\u2019s own refusal', () => {
  it('is passed on as it is', async () => {
    const said = '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone"}';
    const upstreamPort = await listenTcp((socket) =>
      socket.end(`HTTP/1.1 404 X\r\ncontent-type: application/json\r\ncontent-length: ${said.length}\r\n\r\n${said}`),
    );
    const door = await openDoor({ upstreamPort });
    const answer = await send(door, get);
    expect([answer.status, answer.body]).toEqual([404, said]);
    expect(outcomesOf(door)).toEqual([{ of: 0, status: 404, end: 'complete' }]);
  });

  it('is no page, whatever it says of itself (CVE-2023-6568)', async () => {
    const page = '<script>alert(1)</script>';
    const upstreamPort = await listenTcp((socket) =>
      socket.end(`HTTP/1.1 500 X\r\ncontent-type: text/html\r\ncontent-length: ${page.length}\r\n\r\n${page}`),
    );
    const door = await openDoor({ upstreamPort });
    const answer = await send(door, get);
    expect([answer.status, answer.body]).toEqual([500, page]);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
  });
});

describe('whether others could use the upstream past Modelward', () => {
  const socketIn = async (mode: number) => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-upstream-'));
    chmodSync(folder, mode);
    const upstream = createHttpUpstream({ location: { kind: 'socket', path: join(folder, 'mlflow.sock') } });
    const isOpen = await upstream.isOpen();
    await upstream.close();
    return isOpen;
  };

  it.each([
    [0o700, false],
    [0o710, true],
    [0o755, true],
    [0o1777, true],
  ])('is told by the folder of its socket: %o', async (mode, isOpen) => {
    expect(await socketIn(mode)).toBe(isOpen);
  });

  it.each([
    [200, true],
    [401, false],
  ])('is told by what a URL answers without a credential: %i', async (status, isOpen) => {
    const port = await listenTcp((socket) => socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`));
    const upstream = createHttpUpstream({ location: { kind: 'url', url: `http://127.0.0.1:${port}` } });
    expect([await upstream.isOpen(), await upstream.isAlive()]).toEqual([isOpen, isOpen]);
    await upstream.close();
  });

  it('is no when nobody is there', async () => {
    const upstream = createHttpUpstream({ location: { kind: 'url', url: 'http://127.0.0.1:1' } });
    expect([await upstream.isOpen(), await upstream.isAlive()]).toEqual([false, false]);
    await upstream.close();
  });
});
