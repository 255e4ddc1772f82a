import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { createRemoteEngine } from './remote-engine.ts';

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };

let server: Server;
let answer: Answer;
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(answer.status, answer.headers).end(answer.body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const evaluation = {
  subject: { type: 'User', id: 'a' },
  action: { name: 'model.read' },
  resource: { type: 'Model', id: 'm' },
};

async function ask(given: Answer) {
  answer = given;
  const { port } = server.address() as AddressInfo;
  const env = { MODELWARD_POLICY_ENGINE_KIND: 'authzen', MODELWARD_POLICY_ENGINE_URL: `http://127.0.0.1:${port}` };
  const config = loadConfig({ env, readFile: () => new Uint8Array() });
  if (!config.ok) throw new Error(JSON.stringify(config.reason));
  return createRemoteEngine(config.value)?.([evaluation]);
}

const yes = JSON.stringify({ evaluations: [{ decision: true }] });

it('takes decisions, and nothing else that is said with them', async () => {
  const body = JSON.stringify({ evaluations: [{ decision: true, context: { reason: 'x' } }], more: 1 });
  expect(await ask({ status: 200, body })).toEqual({ ok: true, value: [true] });
});

it.each<[string, Answer]>([
  ['another status', { status: 500, body: yes }],
  ['no JSON', { status: 200, body: 'yes' }],
  ['a decision that is a text', { status: 200, body: '{"evaluations":[{"decision":"true"}]}' }],
  ['a key that comes twice', { status: 200, body: '{"evaluations":[],"evaluations":[{"decision":true}]}' }],
  ['no list', { status: 200, body: '{"decision":true}' }],
  ['more than any answer', { status: 200, body: `${' '.repeat(1024 * 1024)}${yes}` }],
])('is not answered by %s', async (_, given) => {
  expect(await ask(given)).toEqual({ ok: false, reason: 'engine-malformed' });
});

it('follows nobody elsewhere', async () => {
  const away = { status: 307, headers: { location: '/access/v1/elsewhere' }, body: '' };
  expect(await ask(away)).toEqual({ ok: false, reason: 'engine-unreachable' });
});
