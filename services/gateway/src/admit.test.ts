import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, openDoor, send, token } from './testing/door.ts';

afterEach(closeAll);

const target = '/api/2.0/mlflow/registered-models/get?name=open-model';
const basic = (text: string) => `authorization: Basic ${Buffer.from(text).toString('base64')}`;
const encoded = [...token].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
const twice = encoded.replaceAll('%', '%25');

type Row = [
  what: string,
  status: number,
  code: string,
  reason: string,
  lines: (host: string) => readonly string[],
  target?: string,
];

/** What is refused before anybody is identified. `host` is the one line that is right. */
const rows: Row[] = [
  ['no credential', 401, 'UNAUTHENTICATED', 'token-missing', (host) => [host]],
  ['an unknown token', 401, 'UNAUTHENTICATED', 'token-unknown', (host) => [host, `authorization: Bearer ${token}x`]],
  [
    'a token of another scheme',
    401,
    'UNAUTHENTICATED',
    'token-unknown',
    (host) => [host, `authorization: Digest ${token}`],
  ],
  ['Basic that is no base64', 401, 'UNAUTHENTICATED', 'token-unknown', (host) => [host, 'authorization: Basic ****']],
  ['Basic without a password', 401, 'UNAUTHENTICATED', 'token-unknown', (host) => [host, basic('ada')]],
  ['only a cookie', 401, 'UNAUTHENTICATED', 'token-missing', (host) => [host, `cookie: session=${token}`]],
  [
    'two Authorization headers',
    400,
    'BAD_REQUEST',
    'two-credentials',
    (host) => [host, `authorization: Bearer ${token}`, `Authorization: Bearer ${token}`],
  ],
  [
    'two credentials in one header',
    400,
    'BAD_REQUEST',
    'two-credentials',
    (host) => [host, `authorization: Bearer ${token}, ${basic('ada:x').slice(15)}`],
  ],
  ['a token as the user of Basic', 400, 'BAD_REQUEST', 'two-credentials', (host) => [host, basic(`${token}:${token}`)]],
  [
    'a token in the query',
    400,
    'BAD_REQUEST',
    'credential-in-query',
    (host) => [host, `authorization: Bearer ${token}`],
    `${target}&token=${token}`,
  ],
  [
    'a token in the query, encoded',
    400,
    'BAD_REQUEST',
    'credential-in-query',
    (host) => [host],
    `${target}&t=${encoded}`,
  ],
  [
    'a token in the query, encoded twice',
    400,
    'BAD_REQUEST',
    'credential-in-query',
    (host) => [host],
    `${target}&${twice}=`,
  ],
  ['a token in the path', 400, 'BAD_REQUEST', 'credential-in-query', (host) => [host], `/api/2.0/${token}`],
  [
    'another host name',
    421,
    'BAD_REQUEST',
    'unknown-host',
    () => ['host: evil.example', `authorization: Bearer ${token}`],
  ],
  ['the right host name on another port', 421, 'BAD_REQUEST', 'unknown-host', () => ['host: 127.0.0.1:1']],
  ['the right host name with more behind it', 421, 'BAD_REQUEST', 'unknown-host', (host) => [`${host}.evil.example`]],
  [
    'a page of another origin',
    403,
    'PERMISSION_DENIED',
    'foreign-origin',
    (host) => [host, 'origin: http://evil.example', `authorization: Bearer ${token}`],
  ],
  ['a page without an origin', 403, 'PERMISSION_DENIED', 'foreign-origin', (host) => [host, 'origin: null']],
  [
    'a page of another site',
    403,
    'PERMISSION_DENIED',
    'foreign-origin',
    (host) => [host, 'sec-fetch-site: cross-site'],
  ],
  ['a page of another port', 403, 'PERMISSION_DENIED', 'foreign-origin', (host) => [host, 'sec-fetch-site: same-site']],
  [
    'two types of body',
    400,
    'INVALID_PARAMETER_VALUE',
    'malformed',
    (host) => [host, 'content-type: a/b', 'content-type: c/d'],
  ],
  [
    'two origins',
    400,
    'INVALID_PARAMETER_VALUE',
    'malformed',
    (host) => [host, 'origin: http://a', 'origin: http://b'],
  ],
  [
    'an endless target',
    400,
    'INVALID_PARAMETER_VALUE',
    'malformed',
    (host) => [host],
    `/api/2.0/mlflow/runs/get?run_id=${'a'.repeat(9000)}`,
  ],
];

describe('before anybody is identified, what is refused in MLflow\u2019s shape is', () => {
  it.each(rows)('%s', async (_, status, code, reason, lines, asked = target) => {
    const door = await openDoor();
    const answer = await send(door, `GET ${asked}`, { bare: true, headers: lines(`host: 127.0.0.1:${door.port}`) });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      { error_code: code, message: expect.any(String) },
    ]);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(/^req_/),
    });
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.raw).not.toContain(token);
    expect(door.strangers).toEqual([expect.objectContaining({ reason, source: 'src_one', interface: 'mlflow' })]);
    // Nobody asked a store, a policy or the upstream, and no record waited for a disk.
    expect([door.counts.take(), door.log, door.faults]).toEqual([{}, [], []]);
  });

  it('a challenge with Bearer alone, for a browser would keep what it asked for with Basic', async () => {
    const door = await openDoor();
    const answer = await send(door, `GET ${target}`, { bare: true, headers: [`host: 127.0.0.1:${door.port}`] });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="modelward"');
  });

  it('everything, until the first administrator is there', async () => {
    const door = await openDoor({ deps: { isSetUp: async () => false } });
    const answer = await send(door, `GET ${target}`);
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([503, 'TEMPORARILY_UNAVAILABLE']);
    expect(door.counts.take()).toEqual({});
  });

  it.each(['expired', 'revoked', 'suspended'] as const)(
    'a token that is %s, saying so to whoever holds it',
    async (why) => {
      const door = await openDoor({ deps: { identifyToken: async () => ({ ok: false, reason: why }) } });
      const answer = await send(door, `GET ${target}`);
      expect([answer.status, JSON.parse(answer.body).message]).toEqual([401, expect.stringContaining(why)]);
      expect(door.strangers).toMatchObject([{ reason: `token-${why}` }]);
    },
  );

  it('a fault of a look-up, as a fault: reported, and nothing told of it', async () => {
    const door = await openDoor({
      deps: {
        identifyToken: async () => {
          throw new Error(`no database for ${token}`);
        },
      },
    });
    const answer = await send(door, `GET ${target}`);
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([500, 'INTERNAL_ERROR']);
    expect(answer.raw).not.toContain('database');
    expect(door.faults).toHaveLength(1);
  });
});

describe('a credential is', () => {
  it.each([
    ['a bearer', `authorization: bearer ${token}`],
    ['the password of Basic, whoever the user is', basic(`anybody:${token}`)],
  ])('%s', async (_, line) => {
    const door = await openDoor();
    const answer = await send(door, `GET ${target}`, { bare: true, headers: [`host: 127.0.0.1:${door.port}`, line] });
    // Identified and allowed: only the upstream is not there.
    expect(answer.status).toBe(502);
    expect(door.log).toMatchObject([
      { type: 'decision', actor: { id: 'acc_ada' }, authentication: { level: 'none' } },
      {},
    ]);
  });
});
