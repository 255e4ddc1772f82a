import {
  type AuditEntry,
  type EndpointInput,
  type EndpointName,
  type EndpointOutput,
  endpointNames,
  endpoints,
} from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ControlAnswer } from '../../../../tests/support/control-client.ts';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  type Person,
  password,
} from '../../../../tests/support/house.ts';
import { startTestServer, type TestServer } from '../testing/server.ts';

let server: TestServer;
let root: Administrator;
/** Signed in, and without any role. */
let nobody: Person;

beforeAll(async () => {
  server = await startTestServer();
  root = await enrolAdministrator(server);
  nobody = await addPerson(server, root, { name: 'nobody' });
  await root.call('role-links.assign', { role: 'auditor', principal: 'root', scope: 'organization' });
  await root.call('services.add', { name: 'ci' });
  await root.call('projects.add', { key: 'hidden', title: 'Hidden', listed: false });
});
afterAll(() => server.stop());

let made = 0;
/** A name that nothing has yet. */
const fresh = () => {
  made += 1;
  return `made-${made}`;
};
const person = async () => (await root.call('people.add', { name: fresh() })).account.name;
const service = async () => (await root.call('services.add', { name: fresh() })).account.name;
const group = async () => (await root.call('groups.add', { name: fresh() })).name;
const link = { role: 'viewer', scope: 'project:hidden' };

type Case<Name extends EndpointName> = {
  readonly input: () => Promise<EndpointInput<Name>> | EndpointInput<Name>;
  /** What the record says that it changed, in order. */
  readonly changes: readonly string[];
  /** What somebody without a role hears. Absent where everybody signed in is answered, or anybody. */
  readonly refusedWith?: 403 | 404;
};

/** One use of every endpoint. A new endpoint without a row here does not compile. */
const cases: { readonly [Name in EndpointName]: Case<Name> } = {
  'enrolments.redeem': {
    input: async () => ({
      secret: (await root.call('people.add', { name: fresh() })).invitation.secret,
      password: 'seven green kettles sing',
    }),
    changes: ['password.set', 'session.opened'],
  },
  'sessions.open': {
    input: () => ({ name: 'root', password }),
    changes: ['session.opened'],
  },
  'sessions.end': { input: () => ({}), changes: ['session.ended'] },
  me: { input: () => ({}), changes: [] },
  'people.list': { input: () => ({}), changes: [], refusedWith: 403 },
  'people.add': {
    input: () => ({ name: fresh() }),
    changes: ['account.created', 'account.invited'],
    refusedWith: 403,
  },
  'people.invite': { input: async () => ({ name: await person() }), changes: ['account.invited'], refusedWith: 404 },
  'people.suspend': { input: async () => ({ name: await person() }), changes: ['account.suspended'], refusedWith: 404 },
  'people.activate': {
    input: async () => ({ name: await person() }),
    changes: ['account.activated'],
    refusedWith: 404,
  },
  'services.list': { input: () => ({}), changes: [], refusedWith: 403 },
  'services.add': { input: () => ({ name: fresh() }), changes: ['account.created'], refusedWith: 403 },
  'services.suspend': {
    input: async () => ({ name: await service() }),
    changes: ['account.suspended'],
    refusedWith: 404,
  },
  'services.activate': {
    input: async () => ({ name: await service() }),
    changes: ['account.activated'],
    refusedWith: 404,
  },
  'groups.list': { input: () => ({}), changes: [], refusedWith: 403 },
  'groups.add': { input: () => ({ name: fresh() }), changes: ['group.created'], refusedWith: 403 },
  'groups.add-member': {
    input: async () => ({ group: await group(), account: 'ci' }),
    changes: ['group.member-added'],
    refusedWith: 403,
  },
  'groups.remove-member': {
    input: async () => {
      const membership = { group: await group(), account: 'ci' };
      await root.call('groups.add-member', membership);
      return membership;
    },
    changes: ['group.member-removed'],
    refusedWith: 403,
  },
  'projects.list': { input: () => ({}), changes: [] },
  'projects.add': {
    input: () => ({ key: fresh(), title: 'Made' }),
    changes: ['project.created'],
    refusedWith: 403,
  },
  'roles.list': { input: () => ({}), changes: [], refusedWith: 403 },
  'role-links.list': { input: () => ({}), changes: [], refusedWith: 403 },
  'role-links.assign': {
    input: async () => ({ ...link, principal: await person() }),
    changes: ['role.assigned'],
    refusedWith: 404,
  },
  'role-links.revoke': {
    input: async () => ({
      id: (await root.call('role-links.assign', { ...link, principal: await person() })).link.id,
    }),
    changes: ['role.revoked'],
    refusedWith: 404,
  },
  'tokens.list': { input: () => ({ service: 'ci' }), changes: [], refusedWith: 404 },
  'tokens.create': {
    input: () => ({ label: 'job', scopes: ['model.read'], service: 'ci' }),
    changes: ['token.created'],
    refusedWith: 404,
  },
  'tokens.revoke': {
    input: async () => ({
      id: (await root.call('tokens.create', { label: 'job', scopes: ['model.read'], service: 'ci' })).token.id,
    }),
    changes: ['token.revoked'],
    refusedWith: 404,
  },
  'audit.entries': { input: () => ({ limit: 1 }), changes: [], refusedWith: 403 },
  'audit.query': { input: () => ({ outcome: 'deny' }), changes: [], refusedWith: 403 },
  'audit.rebuild-index': { input: () => ({}), changes: [], refusedWith: 403 },
  'audit.export': {
    input: () => ({ from: 0, until: 3, format: 'ocsf', to: 'file' }),
    changes: ['record.exported'],
    refusedWith: 403,
  },
  'audit.ids': { input: () => ({ name: 'project:hidden' }), changes: [], refusedWith: 403 },
  'record.file': {
    input: async () => {
      await vi.waitFor(async () => root.call('record.file', { path: 'checkpoint' }));
      return { path: 'checkpoint' };
    },
    changes: [],
    refusedWith: 403,
  },
};

/** Whose session it is does not matter, and it may end. */
async function session(): Promise<string> {
  const { json } = await server.ask('sessions.open', { name: 'root', password });
  return (json as EndpointOutput<'sessions.open'>).session.secret;
}

async function use<Name extends EndpointName>(name: Name, secret: string | undefined): Promise<ControlAnswer> {
  return server.ask(name, await cases[name].input(), secret);
}

type Indexed = { readonly index: number; readonly entry: AuditEntry };

/** What the record holds from an answer's receipt on. */
async function recordOf({ headers }: ControlAnswer): Promise<readonly [Indexed, ...Indexed[]]> {
  const index = Number(headers.get('modelward-receipt')?.split(' ')[1]);
  const { entries } = await root.call('audit.entries', { from: index, limit: 20 });
  const [first, ...rest] = entries as Indexed[];
  if (first === undefined) throw new Error('the receipt leads nowhere');
  return [first, ...rest];
}

function actionOf(name: EndpointName): string {
  const { access } = endpoints[name];
  return typeof access === 'object' ? access.action : name;
}

const isOpen = (name: EndpointName) => endpoints[name].access === 'open';

describe.each(endpointNames)('%s', (name) => {
  it('is in the record: the decision before it, what it changed, and how it ended', async () => {
    const answer = await use(name, isOpen(name) ? undefined : await session());
    expect(answer.status, new TextDecoder().decode(answer.bytes)).toBe(200);
    const [{ index, entry }, ...rest] = await recordOf(answer);
    expect(entry).toMatchObject({
      type: 'decision',
      requestId: answer.headers.get('x-request-id'),
      decision: 'allow',
      interface: 'control',
      asked: [{ action: actionOf(name) }],
    });
    const ofIt = rest.flatMap(({ entry: one }) => (one.type === 'change' && one.of === index ? [one.what] : []));
    expect(ofIt).toEqual(cases[name].changes);
    await vi.waitFor(async () => {
      const outcome = (await recordOf(answer)).find(({ entry: one }) => one.type === 'outcome' && one.of === index);
      expect(outcome?.entry).toMatchObject({ status: 200, end: 'complete' });
    });
  });
});

describe.each(endpointNames.filter((name) => cases[name].refusedWith !== undefined))('%s', (name) => {
  it('refuses who has no role for it, and records that', async () => {
    const answer = await use(name, nobody.secret);
    expect(answer.status).toBe(cases[name].refusedWith);
    expect(answer.json).toMatchObject({ message: expect.any(String), next: expect.any(String) });
    const [{ entry }, next] = await recordOf(answer);
    expect(entry).toMatchObject({ type: 'decision', decision: 'deny', asked: [{ action: actionOf(name) }] });
    expect(next?.entry.type).not.toBe('change');
  });
});

describe.each(endpointNames.filter((name) => !isOpen(name)))('%s', (name) => {
  it('challenges whoever is not signed in with Bearer alone', async () => {
    const { status, headers, json } = await use(name, undefined);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="modelward"']);
    expect(json).toMatchObject({ code: 'unauthenticated' });
  });

  it('is recorded as refused when it is asked for in a way that cannot be read', async () => {
    const { method, path } = endpoints[name];
    const target = `${path.replaceAll(/\{\w+\*?\}/g, 'lnk_x')}${method === 'POST' ? '' : '?unknown=1'}`;
    const body = method === 'POST' ? { body: '{"unknown":1}' } : {};
    const headers = { authorization: `Bearer ${await session()}`, 'content-type': 'application/json' };
    const response = await fetch(`${server.controlUrl}${target}`, { method, headers, ...body });
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'malformed' })]);
    const [{ entry }] = await recordOf({ ...response, headers: response.headers } as unknown as ControlAnswer);
    expect(entry).toMatchObject({ type: 'decision', decision: 'deny', reasons: ['malformed'] });
  });
});
