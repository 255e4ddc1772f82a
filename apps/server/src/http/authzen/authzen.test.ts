import { join } from 'node:path';
import { type AuditEntry, actions, resourceTypes } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthzenAnswer, addDecisionCaller, askAuthzen } from '../../../../../tests/support/authzen.ts';
import { type Administrator, addPerson, enrolAdministrator } from '../../../../../tests/support/house.ts';
import { startTestServer, type TestServer } from '../../testing/server.ts';

const application = join(import.meta.dirname, '../../../../../tests/conformance/authzen/todo');

let server: TestServer;
let root: Administrator;
/** Tokens of services that ask, by how far they may. */
let [everywhere, fraudOnly, trusted, reader, nobody] = ['', '', '', '', ''];

beforeAll(async () => {
  server = await startTestServer({ environment: { MODELWARD_POLICY_APPLICATION: application } });
  root = await enrolAdministrator(server);
  await root.call('role-links.assign', { role: 'auditor', principal: 'root', scope: 'organization' });
  for (const key of ['fraud', 'churn']) await root.call('projects.add', { key, title: key, listed: false });
  await addPerson(server, root, { name: 'vera', roles: [['viewer', 'project:fraud']] });
  await addPerson(server, root, { name: 'chad', roles: [['viewer', 'project:churn']] });
  const caller = (name: string, roles: readonly (readonly [string, string])[], scopes?: string[]) =>
    addDecisionCaller(root, { name, roles, ...(scopes && { scopes }) });
  everywhere = await caller('everywhere', [['decision-caller', 'organization']]);
  fraudOnly = await caller('fraud-only', [['decision-caller', 'project:fraud']]);
  const trust = ['trusted-decision-caller', 'organization'] as const;
  trusted = await caller('trusted', [['decision-caller', 'organization'], trust]);
  reader = await caller(
    'reader',
    [
      ['decision-caller', 'organization'],
      ['auditor', 'organization'],
    ],
    ['pdp.*', 'policy.read'],
  );
  nobody = await caller('nobody', []);
});
afterAll(() => server.stop());

type Sending = { readonly as?: string; readonly headers?: Readonly<Record<string, string>> };

function ask(path: string, body: unknown, { as = everywhere, headers = {} }: Sending = {}): Promise<AuthzenAnswer> {
  return askAuthzen({ url: server.controlUrl, secret: as }, `/access/v1/${path}`, { body, headers });
}

const vera = { type: 'User', id: 'vera' };
const read = { name: 'project.read' };
const fraud = { type: 'Project', id: 'fraud' };
const veraReadsFraud = { subject: vera, action: read, resource: fraud };
const rick = { type: 'user', id: 'CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs' };
const morty = { type: 'user', id: 'CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs' };

async function lastDecisions(count: number): Promise<readonly AuditEntry[]> {
  const { size } = await root.call('audit.entries', {});
  const { entries } = await root.call('audit.entries', { from: Math.max(0, size - 40), limit: 100 });
  return entries
    .map(({ entry }) => entry as AuditEntry)
    .filter((entry) => entry.type === 'decision' && entry.asked.some(({ action }) => action.startsWith('pdp.')))
    .slice(-count);
}

describe('one question', () => {
  it.each([
    ['what is allowed', veraReadsFraud, true],
    ['what is not', { ...veraReadsFraud, resource: { type: 'Project', id: 'churn' } }, false],
    ['another action', { ...veraReadsFraud, action: { name: 'project.manage' } }, false],
    ['an action that there is not', { ...veraReadsFraud, action: { name: 'project.paint' } }, false],
    ['an action that is none of this type', { ...veraReadsFraud, action: { name: 'model.read' } }, false],
    ['nobody', { ...veraReadsFraud, subject: { type: 'User', id: 'nobody-at-all' } }, false],
    ['a person as a service', { ...veraReadsFraud, subject: { type: 'Service', id: 'vera' } }, false],
    ['a type that there is not', { ...veraReadsFraud, resource: { type: 'Boat', id: '1' } }, false],
    ['fields that are not known', { ...veraReadsFraud, more: 1, subject: { ...vera, more: [] } }, true],
  ])('about %s is answered', async (_, question, decision) => {
    expect(await ask('evaluation', question)).toMatchObject({ status: 200, json: { decision } });
  });

  it.each([
    ['an empty body', ''],
    ['no JSON', '{'],
    ['an array', [veraReadsFraud]],
    ['no subject', { action: read, resource: fraud }],
    ['a subject without an id', { ...veraReadsFraud, subject: { type: 'User' } }],
    ['an empty id', { ...veraReadsFraud, subject: { type: 'User', id: '' } }],
    ['a number as the id', { ...veraReadsFraud, subject: { type: 'User', id: 7 } }],
    ['a text as the action', { ...veraReadsFraud, action: 'project.read' }],
    ['a null resource', { ...veraReadsFraud, resource: null }],
    ['properties that are a list', { ...veraReadsFraud, subject: { ...vera, properties: [] } }],
    ['context that is a text', { ...veraReadsFraud, context: 'now' }],
    ['a key that comes twice', '{"subject":{"type":"User","id":"vera"},"subject":{"type":"User","id":"root"}}'],
  ])('with %s is a 400', async (_, body) => {
    expect(await ask('evaluation', body)).toMatchObject({ status: 400, json: { code: 'malformed' } });
  });

  it('of another media type is a 400, and with a charset it is read', async () => {
    const plain = { headers: { 'content-type': 'text/plain' } };
    expect(await ask('evaluation', veraReadsFraud, plain)).toMatchObject({ status: 400 });
    const charset = { headers: { 'content-type': 'application/json; charset=utf-8' } };
    expect(await ask('evaluation', veraReadsFraud, charset)).toMatchObject({ json: { decision: true } });
  });

  it('gives the id of the request back, also when it is refused', async () => {
    const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
    for (const [body, as] of [
      [veraReadsFraud, everywhere],
      ['{', everywhere],
      [veraReadsFraud, 'mw_pat_none'],
    ] as const) {
      const answer = await ask('evaluation', body, { as, headers });
      expect(answer.headers.get('x-request-id')).toBe(headers['x-request-id']);
    }
  });

  it.each(['GET', 'PUT', 'DELETE'])('by %s is not answered', async (method) => {
    const { status } = await fetch(`${server.controlUrl}/access/v1/evaluation`, { method });
    expect(status).toBe(404);
  });

  it('tells why only whoever may read the policies, and nobody who wants the decision alone', async () => {
    expect((await ask('evaluation', veraReadsFraud)).json).toEqual({ decision: true });
    const told = {
      decision: true,
      context: { reasons: [expect.stringMatching(/^viewer:/)], bundle: expect.any(String) },
    };
    expect((await ask('evaluation', veraReadsFraud, { as: reader })).json).toEqual(told);
    const minimal = { as: reader, headers: { prefer: 'return=minimal' } };
    expect((await ask('evaluation', veraReadsFraud, minimal)).json).toEqual({ decision: true });
  });
});

describe('who may ask', () => {
  it.each(['evaluation', 'evaluations', 'search/subject', 'search/resource', 'search/action'])(
    'is somebody with a credential: %s',
    async (path) => {
      const anonymous = await askAuthzen({ url: server.controlUrl }, `/access/v1/${path}`, { body: veraReadsFraud });
      expect(anonymous).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
      expect(await ask(path, veraReadsFraud, { as: nobody })).toMatchObject({ status: 403, json: { code: 'denied' } });
    },
  );

  it('is not whoever may only evaluate, for a search', async () => {
    const evaluator = await addDecisionCaller(root, {
      name: 'evaluator',
      roles: [['decision-caller', 'organization']],
      scopes: ['pdp.evaluate'],
    });
    expect(await ask('evaluation', veraReadsFraud, { as: evaluator })).toMatchObject({ json: { decision: true } });
    expect(await ask('search/action', veraReadsFraud, { as: evaluator })).toMatchObject({ status: 403 });
  });

  it('hears of what lies beyond their reach exactly as of what is not there', async () => {
    const chadReads = (id: string) => ({
      subject: { type: 'User', id: 'chad' },
      action: read,
      resource: { type: 'Project', id },
    });
    expect(await ask('evaluation', chadReads('churn'))).toMatchObject({ json: { decision: true } });
    const hidden = await ask('evaluation', chadReads('churn'), { as: fraudOnly });
    const missing = await ask('evaluation', chadReads('no-such-project'), { as: fraudOnly });
    expect([hidden.status, hidden.json]).toEqual([missing.status, missing.json]);
    expect(hidden).toMatchObject({ status: 200, json: { decision: false } });
    expect(await ask('evaluation', veraReadsFraud, { as: fraudOnly })).toMatchObject({ json: { decision: true } });
  });
});

describe('what is sent along', () => {
  const classify = (context: unknown) => ({
    subject: { type: 'User', id: 'root' },
    action: { name: 'account.manage' },
    resource: { type: 'User', id: 'vera' },
    context,
  });
  const signedIn = { auth: { level: 'aal2', ageSeconds: 10, phishingResistant: true }, token: { binding: 'session' } };

  it('is believed of a caller who is trusted, and of nobody else', async () => {
    await root
      .call('role-links.assign', { role: 'security-admin', principal: 'root', scope: 'organization' })
      .catch(() => 0);
    expect(await ask('evaluation', classify(signedIn))).toMatchObject({ json: { decision: false } });
    expect(await ask('evaluation', classify(signedIn), { as: trusted })).toMatchObject({ json: { decision: true } });
    expect(await ask('evaluation', classify(undefined), { as: trusted })).toMatchObject({ json: { decision: false } });
  });

  it('is told to be wrong where it is believed', async () => {
    const wrong = classify({ auth: { level: 'highest' } });
    expect(await ask('evaluation', wrong, { as: trusted })).toMatchObject({
      status: 200,
      json: { decision: false, context: { error: { status: 400 } } },
    });
  });

  it("makes nobody the owner of an application's thing, unless whoever says so is trusted", async () => {
    const resource = { type: 'todo', id: '1', properties: { ownerID: 'morty@the-citadel.com' } };
    const question = { subject: morty, action: { name: 'can_update_todo' }, resource };
    expect(await ask('evaluation', question)).toMatchObject({ json: { decision: false } });
    expect(await ask('evaluation', question, { as: trusted })).toMatchObject({ json: { decision: true } });
    expect(await ask('evaluation', question, { as: fraudOnly })).toMatchObject({ json: { decision: false } });
  });
});

describe('many questions', () => {
  const yes = { resource: fraud };
  const no = { resource: { type: 'Project', id: 'churn' } };
  const many = (semantics?: string) => ({
    subject: vera,
    action: read,
    evaluations: [yes, no, yes],
    ...(semantics === undefined ? {} : { options: { evaluations_semantic: semantics } }),
  });

  it.each([
    [undefined, [true, false, true]],
    ['execute_all', [true, false, true]],
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
  ])('are answered in order, and with %s so far', async (semantics, expected) => {
    const evaluations = expected.map((decision) => ({ decision }));
    expect((await ask('evaluations', many(semantics))).json).toEqual({ evaluations });
  });

  it('of semantics that there are not are a 400', async () => {
    expect(await ask('evaluations', many('best_of_three'))).toMatchObject({ status: 400 });
  });

  it('with none among them are one question', async () => {
    for (const evaluations of [undefined, []])
      expect((await ask('evaluations', { ...veraReadsFraud, evaluations })).json).toEqual({ decision: true });
  });

  it.each([['text'], [null], [[]], [{ resource: { type: 'Project' } }], [{ subject: null }]])(
    'have an answer for one that is malformed: %j',
    async (item) => {
      const { status, json } = await ask('evaluations', { subject: vera, action: read, evaluations: [item, yes] });
      const error = { status: 400, message: expect.any(String) };
      expect({ status, json }).toEqual({
        status: 200,
        json: { evaluations: [{ decision: false, context: { error } }, { decision: true }] },
      });
    },
  );

  it('are at most a thousand', async () => {
    const evaluations = Array.from({ length: 1001 }, () => yes);
    expect(await ask('evaluations', { subject: vera, action: read, evaluations })).toMatchObject({ status: 400 });
  });

  it('are one record, with how many there were, how many allowed, and a digest that names nobody', async () => {
    await ask('evaluations', many());
    await ask('evaluations', { ...many(), evaluations: [no, yes, yes] });
    const [first, second] = await lastDecisions(2);
    const evaluated = { kind: 'evaluations', count: 3, allowed: 2, digest: expect.stringMatching(/^ref_/) };
    expect([first, second]).toEqual([
      expect.objectContaining({ decision: 'allow', evaluated }),
      expect.objectContaining({ decision: 'allow', evaluated }),
    ]);
    expect(JSON.stringify([first, second])).not.toMatch(/vera|churn/);
    expect(first).not.toMatchObject({
      evaluated: { digest: (second as { evaluated?: { digest: string } }).evaluated?.digest },
    });
  });

  it('that may not be asked are recorded as refused', async () => {
    await ask('evaluation', veraReadsFraud, { as: nobody });
    expect(await lastDecisions(1)).toMatchObject([{ decision: 'deny', asked: [{ action: 'pdp.evaluate' }] }]);
  });
});

describe('a search', () => {
  const results = async (path: string, body: unknown, sending?: Sending) => {
    const { status, json } = await ask(path, body, sending);
    expect({ status, json }).toMatchObject({ status: 200, json: { page: { next_token: expect.any(String) } } });
    return (json as { results: { id?: string; name?: string }[] }).results;
  };

  it('for subjects finds who may, and whom it finds may', async () => {
    const question = { subject: { type: 'User' }, action: read, resource: fraud };
    const found = await results('search/subject', question);
    const may = await Promise.all(
      ['root', 'vera', 'chad'].map(async (id) => {
        const { json } = await ask('evaluation', { ...veraReadsFraud, subject: { type: 'User', id } });
        return (json as { decision: boolean }).decision ? 1 : 0;
      }),
    );
    expect(found).toHaveLength(may.reduce<number>((sum, one) => sum + one, 0));
    expect(found.length).toBeGreaterThan(0);
    for (const { id } of found) {
      const asked = await ask('evaluation', { ...veraReadsFraud, subject: { type: 'User', id } });
      expect(asked.json).toEqual({ decision: true });
    }
    expect(
      await results('search/subject', { ...question, resource: { type: 'Project', id: 'churn' } }, { as: fraudOnly }),
    ).toEqual([]);
  });

  it('for actions finds those that evaluation allows, of all that there are', async () => {
    const found = await results('search/action', { subject: vera, resource: fraud });
    const allowed: string[] = [];
    for (const name of actions) {
      const { json } = await ask('evaluation', { ...veraReadsFraud, action: { name } });
      if ((json as { decision: boolean }).decision) allowed.push(name);
    }
    expect(found).toEqual(allowed.sort().map((name) => ({ name })));
    expect(allowed).toContain('project.read');
  });

  it('pages with tokens that are good for the same search of the same caller only', async () => {
    const question = { subject: vera, resource: fraud };
    const whole = await results('search/action', question);
    const paged: unknown[] = [];
    let token = '';
    for (let at = 0; at <= whole.length; at += 1) {
      const { json } = await ask('search/action', { ...question, page: { limit: 1, token } });
      const page = json as { page: { next_token: string }; results: unknown[] };
      paged.push(...page.results);
      if (page.page.next_token === '') break;
      token = page.page.next_token;
      expect(token).not.toContain('project');
    }
    expect(paged).toEqual(whole);
    const asking = { ...question, page: { limit: 1, token } };
    expect(await ask('search/action', asking, { as: reader })).toMatchObject({ status: 400 });
    expect(await ask('search/action', { ...asking, subject: { type: 'User', id: 'chad' } })).toMatchObject({
      status: 400,
    });
    for (const wrong of ['x', `${token}x`, token.slice(4)])
      expect(await ask('search/action', { ...asking, page: { token: wrong } })).toMatchObject({ status: 400 });
  });

  it("finds an application's own subjects, resources and actions", async () => {
    const anybody = {
      subject: { type: 'user' },
      action: { name: 'can_create_todo' },
      resource: { type: 'todo', id: '1' },
    };
    expect(await results('search/subject', anybody)).toHaveLength(3);
    const anything = { subject: rick, action: { name: 'can_read_user' }, resource: { type: 'user' } };
    expect(await results('search/resource', anything)).toHaveLength(5);
    const what = await results('search/action', { subject: rick, resource: { type: 'todo', id: '1' } });
    expect(what.map(({ name }) => name)).toEqual([
      'can_create_todo',
      'can_delete_todo',
      'can_read_todos',
      'can_update_todo',
    ]);
  });

  it.each(resourceTypes)('for resources of type %s is answered', async (type) => {
    expect(await results('search/resource', { subject: vera, action: read, resource: { type } })).toEqual([]);
  });

  it('for models finds those that evaluation allows, page by page, and only within the reach of who asks', async () => {
    const scopes: readonly (readonly [string, string])[] = ['fraud', 'churn'].map((key) => [
      'data-scientist',
      `project:${key}`,
    ]);
    const dan = await addPerson(server, root, { name: 'dan', roles: scopes });
    const names = ['fraud.a', 'churn.b', 'fraud.c'];
    for (const name of names) {
      const { status } = await fetch(`${server.trackingUri}/api/2.0/mlflow/registered-models/create`, {
        method: 'POST',
        headers: { authorization: `Bearer ${dan.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      expect({ name, status }).toEqual({ name, status: 200 });
    }
    const question = { action: { name: 'model.read' }, resource: { type: 'Model' } };
    const asDan = { ...question, subject: { type: 'User', id: 'dan' } };
    expect(await results('search/resource', asDan)).toHaveLength(3);
    expect(await results('search/resource', asDan, { as: fraudOnly })).toHaveLength(2);
    const found = await results('search/resource', { ...question, subject: vera });
    expect(found).toHaveLength(2);
    for (const id of [...names, ...found.map((one) => one.id)]) {
      const decision = id !== 'churn.b';
      const asked = await ask('evaluation', { ...question, subject: vera, resource: { type: 'Model', id } });
      expect({ id, json: asked.json }).toEqual({ id, json: { decision } });
    }
    const { json } = await ask('search/resource', { ...asDan, page: { limit: 1 } });
    const first = json as { page: { next_token: string }; results: unknown[] };
    const rest = await results('search/resource', { ...asDan, page: { token: first.page.next_token } });
    expect([...first.results, ...rest]).toEqual(await results('search/resource', asDan));
  });

  it('is recorded as one', async () => {
    await ask('search/action', { subject: vera, resource: fraud });
    expect(await lastDecisions(1)).toMatchObject([{ decision: 'allow', evaluated: { kind: 'search-action' } }]);
  });
});

it('says for anybody where its endpoints are', async () => {
  const response = await fetch(`${server.controlUrl}/.well-known/authzen-configuration`);
  const json = (await response.json()) as Record<string, string>;
  expect(response.status).toBe(200);
  expect(json).toMatchObject({ policy_decision_point: server.controlUrl });
  for (const [key, url] of Object.entries(json).filter(([name]) => name.endsWith('_endpoint'))) {
    const { status } = await fetch(url, { method: 'POST' });
    expect({ key, status }).toEqual({ key, status: 401 });
  }
});
