import { type AuditEntry, type EndpointInput, type EndpointName, endpointNames, endpoints } from '@modelward/contract';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ControlAnswer, createControlClient } from '../../../../tests/support/control-client.ts';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  type Person,
  password,
  signInWithPasskey,
} from '../../../../tests/support/house.ts';
import { createSoftwarePasskey } from '../../../../tests/support/software-passkey.ts';
import { startTestServer, type TestServer } from '../testing/server.ts';

let server: TestServer;
let root: Administrator;
/** Another administrator, for sessions that are opened and end. */
let spare: Person;
/** Signed in, and without any role. */
let nobody: Person;

beforeAll(async () => {
  server = await startTestServer();
  root = await enrolAdministrator(server);
  const roles = ['security-admin', 'platform-admin', 'auditor'].map((role) => [role, 'organization'] as const);
  spare = await addPerson(server, root, { name: 'spare', roles });
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
  /** Asked with this credential: what is about the session that asks is made for it. */
  readonly input: (secret: string) => Promise<EndpointInput<Name>> | EndpointInput<Name>;
  /** In place of a session of an administrator. */
  readonly as?: () => Promise<string>;
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
  'passkey-sign-ins.begin': { input: () => ({}), changes: [] },
  'passkey-sign-ins.finish': {
    input: async () => {
      const { options } = await createControlClient(server.controlUrl)('passkey-sign-ins.begin', {});
      return { passkey: spare.device.get(options) };
    },
    changes: ['session.opened'],
  },
  'step-ups.begin': { input: () => ({}), changes: [] },
  'step-ups.finish': {
    input: async (secret) => {
      const { options } = await createControlClient(server.controlUrl, secret)('step-ups.begin', {});
      return { passkey: spare.device.get(options) };
    },
    changes: ['session.lifted'],
  },
  'step-up-links.begin': { input: () => ({}), changes: [] },
  'step-up-links.look': { input: async (secret) => ({ secret: await stepUpLink(secret) }), changes: [] },
  'step-up-links.approve': {
    input: async (secret) => approvalOf(await stepUpLink(secret)),
    changes: [],
  },
  'step-up-links.collect': {
    input: async (secret) => {
      const approval = await approvalOf(await stepUpLink(secret));
      await createControlClient(server.controlUrl)('step-up-links.approve', approval);
      return {};
    },
    changes: ['session.lifted'],
  },
  'sessions.list': { input: () => ({}), changes: [] },
  'sessions.end-one': {
    input: async (secret) => {
      await session();
      const { sessions } = await createControlClient(server.controlUrl, secret)('sessions.list', {});
      return { id: sessions.find(({ isThis }) => !isThis)?.id ?? '' };
    },
    changes: ['session.ended'],
  },
  'sessions.end-others': { input: () => ({}), changes: ['session.ended'] },
  'passwords.change': {
    input: () => ({ current: password, next: password }),
    changes: ['password.set'],
  },
  'factors.list': { input: () => ({}), changes: [] },
  'passkeys.begin': { input: () => ({}), changes: [] },
  'passkeys.add': {
    input: async (secret) => ({ name: 'phone', passkey: await newPasskey(secret) }),
    changes: ['factor.added'],
  },
  'passkeys.remove': {
    input: async (secret) => {
      const call = createControlClient(server.controlUrl, secret);
      await call('passkeys.add', { name: 'old', passkey: await newPasskey(secret) });
      const { passkeys } = await call('factors.list', {});
      return { id: passkeys.find(({ name }) => name === 'old')?.id ?? '' };
    },
    changes: ['factor.removed'],
  },
  'totp.begin': { input: () => ({}), changes: [], as: freshPerson },
  'totp.confirm': {
    input: async (secret) => ({ code: await totpCode(secret) }),
    changes: ['factor.added'],
    as: freshPerson,
  },
  'totp.remove': {
    input: async (secret) => {
      const code = await totpCode(secret);
      await createControlClient(server.controlUrl, secret)('totp.confirm', { code });
      return {};
    },
    changes: ['factor.removed'],
    as: freshPerson,
  },
  'recovery-codes.renew': { input: () => ({}), changes: ['recovery-codes.made'] },
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
    input: async () => ({ name: await suspended() }),
    changes: ['account.activated'],
    refusedWith: 404,
  },
  'people.lock': { input: async () => ({ name: await active() }), changes: ['account.locked'], refusedWith: 404 },
  'people.offboard': {
    input: async () => ({ name: await person() }),
    changes: ['account.offboarded'],
    refusedWith: 404,
  },
  'people.reset': { input: async () => ({ name: await active() }), changes: ['account.reset'], refusedWith: 404 },
  'services.list': { input: () => ({}), changes: [], refusedWith: 403 },
  'services.add': { input: () => ({ name: fresh() }), changes: ['account.created'], refusedWith: 403 },
  'services.suspend': {
    input: async () => ({ name: await service() }),
    changes: ['account.suspended'],
    refusedWith: 404,
  },
  'services.lock': { input: async () => ({ name: await service() }), changes: ['account.locked'], refusedWith: 404 },
  'services.offboard': {
    input: async () => ({ name: await service() }),
    changes: ['account.offboarded'],
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

/** A session of an administrator that may end. */
async function session(): Promise<string> {
  return signInWithPasskey(server, spare);
}

async function stepUpLink(secret: string): Promise<string> {
  const { link } = await createControlClient(server.controlUrl, secret)('step-up-links.begin', {});
  return link.split('#secret=')[1] ?? '';
}

async function approvalOf(secret: string) {
  const { options } = await createControlClient(server.controlUrl)('step-up-links.look', { secret });
  return { secret, passkey: spare.device.get(options) };
}

/** Of somebody who has a passkey and nothing else. */
async function freshPerson(): Promise<string> {
  return (await addPerson(server, root, { name: fresh() })).secret;
}

async function active(): Promise<string> {
  return (await addPerson(server, root, { name: fresh() })).name;
}

async function suspended(): Promise<string> {
  const name = await active();
  await root.call('people.suspend', { name });
  return name;
}

async function newPasskey(secret: string) {
  const { options } = await createControlClient(server.controlUrl, secret)('passkeys.begin', {});
  const device = createSoftwarePasskey(server.controlUrl);
  return device.create(options as unknown as Parameters<typeof device.create>[0]);
}

async function totpCode(secret: string): Promise<string> {
  const begun = await createControlClient(server.controlUrl, secret)('totp.begin', {});
  return new TOTP({ secret: Secret.fromBase32(begun.secret) }).generate();
}

/** One that the use of an endpoint does not end needs none of its own. */
const credentialFor = (name: EndpointName) => (cases[name].as ?? session)();

async function use<Name extends EndpointName>(name: Name, secret: string | undefined): Promise<ControlAnswer> {
  return server.ask(name, await cases[name].input(secret ?? (await credentialFor(name))), secret);
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
/** It only hands out a challenge: nobody has done anything yet, and there is nothing to record. */
const isRecorded = (name: EndpointName) => name !== 'passkey-sign-ins.begin' && name !== 'step-up-links.look';

describe.each(endpointNames.filter(isRecorded))('%s', (name) => {
  it('is in the record: the decision before it, what it changed, and how it ended', async () => {
    const answer = await use(name, isOpen(name) ? undefined : await credentialFor(name));
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
