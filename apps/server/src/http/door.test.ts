import type { AuditEntry } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Administrator, enrolAdministrator } from '../../../../tests/support/house.ts';
import { type RawAnswer, sendRaw } from '../testing/raw-http.ts';
import { startTestServer, type TestServer } from '../testing/server.ts';

let server: TestServer;
let root: Administrator;
let host: string;
beforeAll(async () => {
  server = await startTestServer();
  root = await enrolAdministrator(server);
  host = new URL(server.controlUrl).host;
});
afterAll(() => server.stop());

const secret = `mw_pat_${'x'.repeat(43)}`;
const close = 'connection: close';

/** Every refusal has this shape, says what to do next, and repeats no secret. */
function expectRefusal({ status, json, head }: RawAnswer, expected: readonly [number, string]): void {
  const { code } = (json ?? {}) as { code?: string };
  expect([status, code], head).toEqual(expected);
  expect(json).toEqual({
    code: expected[1],
    message: expect.any(String),
    next: expect.any(String),
    requestId: expect.stringMatching(/^req_[\w-]{22}$/),
  });
  expect(JSON.stringify(json)).not.toContain(secret);
  expect(head).toContain('content-type: application/json');
}

describe('the head of a request', () => {
  const me = 'GET /api/v1/me HTTP/1.1';
  const change = 'POST /api/v1/sessions HTTP/1.1';
  const bearer = () => `authorization: Bearer ${root.secret}`;
  const rows: readonly (readonly [what: string, lines: () => readonly string[], status: number, code: string])[] = [
    ['an unknown host', () => [me, 'host: evil.example', bearer()], 421, 'unknown-host'],
    ['a host without its port', () => [me, 'host: localhost', bearer()], 421, 'unknown-host'],
    ['no host', () => [me, bearer()], 421, 'unknown-host'],
    ['two hosts', () => [me, `host: ${host}`, 'host: evil.example', bearer()], 400, 'malformed'],
    [
      'another host in the request line',
      () => [`GET http://evil.example/ HTTP/1.1`, `host: ${host}`],
      400,
      'malformed',
    ],
    [
      'a change from another origin',
      () => [change, `host: ${host}`, 'origin: http://evil.example'],
      403,
      'foreign-origin',
    ],
    ['a change from no origin', () => [change, `host: ${host}`, 'origin: null'], 403, 'foreign-origin'],
    [
      'a change from the other interface',
      () => [change, `host: ${host}`, `origin: ${server.trackingUri}`],
      403,
      'foreign-origin',
    ],
    ['a change across sites', () => [change, `host: ${host}`, 'sec-fetch-site: cross-site'], 403, 'foreign-origin'],
    [
      'a change from a sibling site',
      () => [change, `host: ${host}`, 'sec-fetch-site: same-site'],
      403,
      'foreign-origin',
    ],
    ['two credentials', () => [me, `host: ${host}`, bearer(), bearer()], 400, 'two-credentials'],
    ['two credentials in one header', () => [me, `host: ${host}`, `${bearer()}, Bearer x`], 400, 'two-credentials'],
    ['a credential where none belongs', () => [change, `host: ${host}`, bearer()], 400, 'two-credentials'],
    [
      'a token in the query',
      () => [`GET /api/v1/me?token=${secret} HTTP/1.1`, `host: ${host}`],
      400,
      'credential-in-query',
    ],
    [
      'a token in the query, encoded',
      () => [`GET /api/v1/me?t=%6dw%255fpat_x HTTP/1.1`, `host: ${host}`],
      400,
      'credential-in-query',
    ],
    [
      'a token in the path',
      () => [`DELETE /api/v1/tokens/${secret} HTTP/1.1`, `host: ${host}`],
      400,
      'credential-in-query',
    ],
    ['too long an address', () => [`GET /${'x'.repeat(3000)} HTTP/1.1`, `host: ${host}`], 400, 'malformed'],
    ['too large headers', () => [me, `host: ${host}`, `x-large: ${'x'.repeat(17_000)}`], 431, 'headers-too-large'],
    ['a method that nothing has', () => [`PUT /api/v1/people HTTP/1.1`, `host: ${host}`], 404, 'not-found'],
    ['an address that is not there', () => ['GET /api/v2/people HTTP/1.1', `host: ${host}`], 404, 'not-found'],
    ['an unreadable header', () => [me, `host: ${host}`, 'x y: z'], 400, 'malformed'],
    ['two lengths', () => [change, `host: ${host}`, 'content-length: 2', 'content-length: 3'], 400, 'malformed'],
    [
      'a length and chunks',
      () => [change, `host: ${host}`, 'content-length: 2', 'transfer-encoding: chunked'],
      400,
      'malformed',
    ],
  ];

  it.each(rows)('is refused with %s', async (_, lines, status, code) => {
    expectRefusal(await sendRaw(server.controlUrl, [...lines(), close]), [status, code]);
  });

  it.each([
    '/record/../keys/log-signing.pem',
    '/record/%2e%2e/keys/log-signing.pem',
    '/record/%252e%252e/keys/log-signing.pem',
    '/record/..%2fkeys%2flog-signing.pem',
    '/record/..%5ckeys',
    '/record/..\\keys',
    '/record/./checkpoint',
    '/record/%c0%ae%c0%ae/keys',
    '/record/checkpoint%00',
    '/record/%',
    '/docs/..%2f..%2fpackage.json',
    '/api/v1/people/..%2f..%2fservices/suspend',
  ])('is refused with the path `%s`', async (path) => {
    const lines = [`GET ${path} HTTP/1.1`, `host: ${host}`, bearer(), close];
    expectRefusal(await sendRaw(server.controlUrl, lines), [400, 'malformed']);
  });

  it('is refused when it is no HTTP at all', async () => {
    const bytes = new TextEncoder().encode('\x16\x03\x01 hello\r\n\r\n');
    expectRefusal(await sendRaw(server.controlUrl, bytes), [400, 'malformed']);
  });

  it('is challenged for Bearer when it comes with Basic, which browsers would keep', async () => {
    const basic = Buffer.from(`root:${secret}`).toString('base64');
    const answer = await sendRaw(server.controlUrl, [me, `host: ${host}`, `authorization: Basic ${basic}`, close]);
    expectRefusal(answer, [401, 'unauthenticated']);
    expect(answer.head).toContain('www-authenticate: bearer realm="modelward"\r\n');
    expect(answer.head).not.toContain('basic');
  });

  it('is sent to the one spelling of the host when a page is asked for by the other', async () => {
    const { port } = new URL(server.controlUrl);
    const { status, head } = await sendRaw(server.controlUrl, [
      'GET /enrol HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      close,
    ]);
    expect(status).toBe(307);
    expect(head).toContain(`location: ${server.controlUrl}/enrol\r\n`);
  });
});

describe('the body of a request', () => {
  const post = async (body: string | Uint8Array, headers: Record<string, string> = {}): Promise<RawAnswer> => {
    const answer = await fetch(`${server.controlUrl}/api/v1/people`, {
      method: 'POST',
      headers: { authorization: `Bearer ${root.secret}`, 'content-type': 'application/json', ...headers },
      body,
    });
    const head = [...answer.headers].map((pair) => pair.join(': ')).join('\r\n');
    return { status: answer.status, head, json: await answer.json() };
  };

  it.each([
    ['nothing that is JSON', '{"name":'],
    ['a list', '["ada"]'],
    ['null', 'null'],
    ['a name twice', '{"name":"ada","name":"bob"}'],
    ['a name twice in another spelling', '{"name":"ada","n\\u0061me":"bob"}'],
    ['a deep nest', `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['bytes that are no text', Uint8Array.of(0x7b, 0xff, 0x7d)],
    ['a key that is not known', '{"name":"ada","admin":true}'],
    ['a wrong type', '{"name":1}'],
    ['nothing', ''],
    ['a prototype', '{"name":"ada","__proto__":{"admin":true}}'],
  ])('is refused when it holds %s', async (_, body) => {
    expectRefusal(await post(body), [400, 'malformed']);
  });

  it('is refused when it is larger than a mebibyte, and the connection hears it', async () => {
    expectRefusal(await post(`{"name":"${'x'.repeat(1024 * 1024)}"}`), [413, 'too-large']);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'is refused as `%s`, which a page of any site may send',
    async (type) => {
      expectRefusal(await post('{"name":"ada"}', { 'content-type': type }), [415, 'unsupported-media-type']);
    },
  );

  it.each(['GET', 'DELETE'])('is refused where none belongs, with %s', async (method) => {
    const lines = [`${method} /api/v1/sessions/current HTTP/1.1`, `host: ${host}`, 'content-type: application/json'];
    const request = [...lines, `authorization: Bearer ${root.secret}`, 'content-length: 2', close, '', '{}'].join(
      '\r\n',
    );
    expectRefusal(await sendRaw(server.controlUrl, new TextEncoder().encode(request)), [400, 'malformed']);
  });

  it('never shows what was sent, which may be a secret', async () => {
    const answer = await post(JSON.stringify({ name: [secret], [secret]: secret }));
    expectRefusal(answer, [400, 'malformed']);
  });
});

describe('what strangers were refused for', () => {
  it('is in the record, by source and reason', async () => {
    await vi.waitFor(async () => {
      const { entries } = await root.call('audit.entries', { from: 0, limit: 500 });
      const refusals = entries.flatMap(({ entry }) => ((entry as AuditEntry).type === 'refusal' ? [entry] : []));
      const reasons = new Set((refusals as Extract<AuditEntry, { type: 'refusal' }>[]).map(({ reason }) => reason));
      expect([...reasons]).toEqual(expect.arrayContaining(['unknown-host', 'foreign-origin', 'two-credentials']));
    });
  });

  it('is without what they sent', async () => {
    const { entries } = await root.call('audit.entries', { from: 0, limit: 500 });
    expect(JSON.stringify(entries)).not.toContain('evil.example');
    expect(JSON.stringify(entries)).not.toContain(secret);
  });
});

describe('a page', () => {
  it.each(['/', '/enrol', '/docs/readme', '/docs/cli', '/api/v1/openapi.json', '/healthz'])(
    '`%s` cannot be framed, cannot load anything from elsewhere, and is not kept',
    async (path) => {
      const { status, headers } = await fetch(`${server.controlUrl}${path}`);
      expect(status).toBe(200);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('set-cookie')).toBeNull();
    },
  );
});
