import type { EndpointInput, EndpointName, EndpointOutput } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createControlClient } from '../../../../tests/support/control-client.ts';
import { type Administrator, addPerson, enrolAdministrator, password } from '../../../../tests/support/house.ts';
import { startTestServer, type TestServer } from '../testing/server.ts';

let server: TestServer;
let root: Administrator;
beforeAll(async () => {
  server = await startTestServer();
  root = await enrolAdministrator(server);
});
afterAll(() => server.stop());

/** Status and error code of an answer that is a refusal; its code is absent where it is none. */
async function ask<Name extends EndpointName>(name: Name, input: EndpointInput<Name>, secret?: string) {
  const { status, json, headers } = await server.ask(name, input, secret);
  const { code, message, next, remedies } = (json ?? {}) as Record<string, unknown>;
  return { status, code, message, next, remedies, headers, json };
}

const malformed = { status: 400, code: 'malformed' };
const conflict = { status: 409, code: 'conflict' };
const missing = { status: 404, code: 'not-found' };

describe('a person', () => {
  it('holds nothing that is good any more from the request after the suspension on', async () => {
    const ann = await addPerson(server, root, { name: 'ann' });
    expect(await ask('me', {}, ann.token)).toMatchObject({ status: 200 });
    await root.call('people.suspend', { name: 'ann' });
    for (const secret of [ann.secret, ann.token]) {
      expect(await ask('me', {}, secret)).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
    await root.call('people.activate', { name: 'ann' });
    expect(await ask('me', {}, ann.token)).toMatchObject({ status: 200 });
    // Sessions ended with the suspension; only tokens come back.
    expect(await ask('me', {}, ann.secret)).toMatchObject({ status: 401 });
  });

  it('is not a service, and a service is not a person', async () => {
    await root.call('services.add', { name: 'job' });
    expect(await ask('people.suspend', { name: 'job' }, root.secret)).toMatchObject(missing);
    expect(await ask('services.suspend', { name: 'root' }, root.secret)).toMatchObject(missing);
    expect(await ask('people.invite', { name: 'job' }, root.secret)).toMatchObject(missing);
  });

  it.each([
    [{ name: 'Ada' }, malformed],
    [{ name: 'a' }, malformed],
    [{ name: 'ada lovelace' }, malformed],
    [{ name: '\u0430da' }, malformed],
    [{ name: 'ada', email: 'ada' }, malformed],
    [{ name: 'root' }, conflict],
  ])('is not added as %j', async (input, expected) => {
    expect(await ask('people.add', input, root.secret)).toMatchObject(expected);
  });
});

describe('an invitation', () => {
  const redeem = (secret: string, more: { name?: string; password?: string } = {}) =>
    ask('enrolments.redeem', { secret, password, ...more });

  it('makes nobody an administrator, whatever name comes with it', async () => {
    const { invitation } = await root.call('people.add', { name: 'mallory' });
    const { json } = await redeem(invitation.secret, { name: 'first' });
    const { account, session } = json as EndpointOutput<'enrolments.redeem'>;
    expect(account.name).toBe('mallory');
    expect(await ask('people.list', {}, session.secret)).toMatchObject({ status: 403 });
    const { links } = await root.call('role-links.list', {});
    expect(links.filter(({ principal }) => principal.name === 'mallory')).toEqual([]);
  });

  it('is good once, and a newer one takes its place', async () => {
    const first = (await root.call('people.add', { name: 'bea' })).invitation.secret;
    const second = (await root.call('people.invite', { name: 'bea' })).invitation.secret;
    expect(await redeem(first)).toMatchObject({ status: 400, code: 'enrolment-refused' });
    expect(await redeem(second)).toMatchObject({ status: 200 });
    expect(await redeem(second)).toMatchObject({ status: 400, code: 'enrolment-refused' });
  });

  it('of somebody who has a password is a recovery: the old password and sessions end with it', async () => {
    const cyd = await addPerson(server, root, { name: 'cyd' });
    const { invitation } = await root.call('people.invite', { name: 'cyd' });
    // Until it is used, nothing has changed: an administrator's slip locks nobody out.
    expect(await ask('me', {}, cyd.secret)).toMatchObject({ status: 200 });
    expect(await redeem(invitation.secret, { password: 'nine quiet ladders lean' })).toMatchObject({ status: 200 });
    expect(await ask('me', {}, cyd.secret)).toMatchObject({ status: 401 });
    expect(await ask('sessions.open', { name: 'cyd', password })).toMatchObject({ status: 401 });
  });

  it('is not made for who is suspended', async () => {
    await root.call('people.add', { name: 'dan' });
    await root.call('people.suspend', { name: 'dan' });
    expect(await ask('people.invite', { name: 'dan' }, root.secret)).toMatchObject(conflict);
  });

  it.each([
    ['short', 'password-refused'],
    ['eve eve eve eve eve', 'password-refused'],
    ['abcdefghijklmnop', 'password-refused'],
  ])('stays good when the password is refused: `%s`', async (typed, code) => {
    const { invitation } = await root.call('people.add', { name: `eve-${typed.length}` });
    expect(await redeem(invitation.secret, { password: typed })).toMatchObject({ status: 400, code });
    expect(await redeem(invitation.secret)).toMatchObject({ status: 200 });
  });

  it('is used by one of two who come at once, and the record knows of one', async () => {
    const { account, invitation } = await root.call('people.add', { name: 'fay' });
    const answers = await Promise.all([redeem(invitation.secret), redeem(invitation.secret)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const { entries } = await root.call('audit.entries', { limit: 500 });
    const set = entries.filter(({ entry }) => entry.type === 'change' && entry.subject === account.id);
    expect(set.filter(({ entry }) => entry.type === 'change' && entry.what === 'password.set')).toHaveLength(1);
  });
});

describe('signing in', () => {
  it('is refused in the same words whether there is such a name or not', async () => {
    const answers = await Promise.all(
      ['root', 'nobody-here'].map((name) => ask('sessions.open', { name, password: 'wrong wrong wrong' })),
    );
    expect(answers[0]?.status).toBe(401);
    const [first, second] = answers.map(({ json }) => ({ ...(json as object), requestId: '' }));
    expect(first).toEqual(second);
  });

  it('has to wait after too many failures, and says for how long', async () => {
    for (let count = 0; count < 5; count += 1) await ask('sessions.open', { name: 'guessed', password: 'wrong' });
    const { status, code, headers } = await ask('sessions.open', { name: 'guessed', password: 'wrong' });
    expect([status, code]).toEqual([429, 'too-many-attempts']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('ends with signing out, and says so', async () => {
    const gil = await addPerson(server, root, { name: 'gil' });
    expect(await ask('sessions.end', {}, gil.token)).toMatchObject(conflict);
    expect(await ask('sessions.end', {}, gil.secret)).toMatchObject({ status: 200 });
    const { status, message } = await ask('me', {}, gil.secret);
    expect([status, message]).toEqual([401, expect.stringContaining('signed out')]);
  });
});

describe('a personal access token', () => {
  it('cannot administer, even an administrator’s own', async () => {
    const made = await root.call('tokens.create', { label: 'all', scopes: ['*.*'] });
    expect(await ask('me', {}, made.secret)).toMatchObject({ json: { credential: { level: 'none' } } });
    expect(await ask('people.list', {}, made.secret)).toMatchObject({ status: 200 });
    const again = await ask('tokens.create', { label: 'second life', scopes: ['*.*'] }, made.secret);
    expect(again).toMatchObject({ status: 403, code: 'denied', remedies: [{ kind: 'sign-in' }] });
    for (const refused of [
      await ask('people.add', { name: 'second-life' }, made.secret),
      await ask('role-links.assign', { role: 'auditor', principal: 'root', scope: 'organization' }, made.secret),
      await ask('projects.add', { key: 'second-life', title: 'x' }, made.secret),
    ]) {
      expect(refused).toMatchObject({ status: 403, code: 'denied', remedies: [{ kind: 'step-up' }] });
    }
  });

  it('does what its scopes say and tells which one is missing', async () => {
    const made = await root.call('tokens.create', { label: 'narrow', scopes: ['model.read'] });
    expect(await ask('people.list', {}, made.secret)).toMatchObject({
      status: 403,
      remedies: [{ kind: 'token-scope', scope: 'account.read' }],
    });
  });

  it('is refused from the request after its revocation on, and is revoked once', async () => {
    const hal = await addPerson(server, root, { name: 'hal' });
    await hal.call('tokens.revoke', { id: hal.tokenId });
    const { status, message } = await ask('me', {}, hal.token);
    expect([status, message]).toEqual([401, expect.stringContaining('revoked')]);
    expect(await ask('tokens.revoke', { id: hal.tokenId }, hal.secret)).toMatchObject(conflict);
  });

  it.each([
    [{ scopes: ['everything'] }, malformed],
    [{ scopes: ['model.fly'] }, malformed],
    [{ scopes: [] }, malformed],
    [{ lifetimeSeconds: 91 * 86_400 }, malformed],
    [{ lifetimeSeconds: 1 }, malformed],
    [{ label: 'two\nlines' }, malformed],
    [{ service: 'nobody-here' }, missing],
  ])('is not made with %j', async (more, expected) => {
    const input = { label: 'x', scopes: ['model.read'], ...more };
    expect(await ask('tokens.create', input, root.secret)).toMatchObject(expected);
  });

  it('lives for eight hours unless told, and remembers when it was used', async () => {
    const ida = await addPerson(server, root, { name: 'ida' });
    const listed = async () => (await ida.call('tokens.list', {})).tokens[0];
    const before = await listed();
    expect((before?.endsAtMs ?? 0) - (before?.createdAtMs ?? 0)).toBe(8 * 3600 * 1000);
    expect(before?.lastUsedAtMs).toBeNull();
    await ask('me', {}, ida.token);
    expect((await listed())?.lastUsedAtMs).toBeGreaterThan(0);
    expect(JSON.stringify(await listed())).not.toContain('hash');
  });

  it('of somebody else is as if it were not there', async () => {
    const [jan, kim] = [await addPerson(server, root, { name: 'jan' }), await addPerson(server, root, { name: 'kim' })];
    const known = await ask('tokens.revoke', { id: kim.tokenId }, jan.secret);
    const unknown = await ask('tokens.revoke', { id: 'tok_nothing' }, jan.secret);
    const plain = ({ json }: typeof known, id: string) =>
      JSON.stringify({ ...(json as object), requestId: '' }).replace(id, '');
    expect(known.status).toBe(404);
    expect(plain(known, kim.tokenId)).toBe(plain(unknown, 'tok_nothing'));
    expect(await ask('me', {}, kim.token)).toMatchObject({ status: 200 });
  });
});

describe('a role', () => {
  it.each([
    [{ role: 'emperor' }, missing],
    [{ principal: 'nobody-here' }, missing],
    [{ principal: 'service:root' }, missing],
    [{ scope: 'project:nothing' }, missing],
    [{ scope: 'model:nothing' }, missing],
    [{ role: 'platform-admin', scope: 'project:roles' }, malformed],
    [{ untilMs: 1 }, malformed],
    [{}, conflict],
  ])('is not given with %j', async (more, expected) => {
    const usual = { role: 'viewer', principal: 'lea', scope: 'project:roles' };
    await givenOnce(usual);
    expect(await ask('role-links.assign', { ...usual, ...more }, root.secret)).toMatchObject(expected);
  });

  const givenOnce = async (usual: { role: string; principal: string; scope: string }) => {
    if ((await root.call('projects.list', {})).projects.some(({ key }) => key === 'roles')) return;
    await root.call('projects.add', { key: 'roles', title: 'Roles' });
    await root.call('people.add', { name: 'lea' });
    await root.call('role-links.assign', usual);
  };

  it('reaches whoever is in the group that has it, and leaves with the group', async () => {
    const max = await addPerson(server, root, { name: 'max' });
    await root.call('groups.add', { name: 'auditors' });
    await root.call('role-links.assign', { role: 'auditor', principal: 'group:auditors', scope: 'organization' });
    expect(await ask('audit.entries', { limit: 1 }, max.secret)).toMatchObject({ status: 403 });
    await root.call('groups.add-member', { group: 'auditors', account: 'max' });
    expect(await ask('audit.entries', { limit: 1 }, max.secret)).toMatchObject({ status: 200 });
    await root.call('groups.remove-member', { group: 'auditors', account: 'max' });
    expect(await ask('audit.entries', { limit: 1 }, max.secret)).toMatchObject({ status: 403 });
  });

  it('ends by itself at the moment that it was given for', async () => {
    const ned = await addPerson(server, root, { name: 'ned' });
    const untilMs = Date.now() + 1500;
    const scope = 'organization';
    await root.call('role-links.assign', { role: 'auditor', principal: 'ned', scope, untilMs });
    expect(await ask('audit.entries', { limit: 1 }, ned.secret)).toMatchObject({ status: 200 });
    await vi.waitFor(
      async () => expect(await ask('audit.entries', { limit: 1 }, ned.secret)).toMatchObject({ status: 403 }),
      { timeout: 5000, interval: 100 },
    );
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
  });
});

describe('a project', () => {
  it('is listed to who may read it, and when it is listed to everybody', async () => {
    const oda = await addPerson(server, root, { name: 'oda' });
    await root.call('projects.add', { key: 'closed', title: 'Closed' });
    await root.call('projects.add', { key: 'open', title: 'Open', listed: true });
    const keys = async () =>
      (await createControlClient(server.controlUrl, oda.secret)('projects.list', {})).projects.map(({ key }) => key);
    expect(await keys()).toEqual(['open']);
    await root.call('role-links.assign', { role: 'viewer', principal: 'oda', scope: 'project:closed' });
    expect(await keys()).toEqual(['closed', 'open']);
  });

  it.each([
    [{ key: 'Fraud' }, malformed],
    [{ key: 'f' }, malformed],
    [{ title: ' ' }, malformed],
    [{ key: 'twice' }, conflict],
  ])('is not added with %j', async (more, expected) => {
    await server.ask('projects.add', { key: 'twice', title: 'Twice' }, root.secret);
    expect(await ask('projects.add', { key: 'other', title: 'Other', ...more }, root.secret)).toMatchObject(expected);
  });
});
