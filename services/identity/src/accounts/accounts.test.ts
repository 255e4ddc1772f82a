import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, password, type World } from '../testing/world.ts';

describe.each(databases)('accounts on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  it('are people, who are invited first, and services, which are active at once', async () => {
    const email = 'ada@example.org';
    const { account: ada } = granted(await world.accounts.addPerson({ name: 'ada', email }));
    const job = granted(await world.accounts.addService({ name: 'job' }));
    const createdAtMs = world.clock.nowMs;
    expect(ada).toEqual({ id: ada.id, kind: 'person', name: 'ada', email, state: 'invited', createdAtMs });
    expect(job).toEqual({ id: job.id, kind: 'service', name: 'job', email: null, state: 'active', createdAtMs });
    expect(await world.accounts.list('person')).toEqual([ada]);
    expect(await world.accounts.list('service')).toEqual([job]);
    expect(await world.accounts.find('ada')).toEqual(ada);
    expect(await world.accounts.findById(job.id)).toEqual(job);
    expect(await world.accounts.find('nobody')).toBeUndefined();
  });

  it('have one name each, over people and services, also when many come at once', async () => {
    const answers = await Promise.all([
      world.accounts.addPerson({ name: 'ada' }),
      world.accounts.addService({ name: 'ada' }),
      world.accounts.addPerson({ name: 'ada' }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'exists')).toHaveLength(2);
  });

  it.each(['', 'a', 'Ada', '1ada', '-ada', 'ada lovelace', 'ada\n', 'аda', 'a'.repeat(64), 'ada/x', 'ada:x'])(
    'refuse the name %j',
    async (name) => {
      expect(await world.accounts.addPerson({ name })).toEqual({ ok: false, reason: 'name-form' });
      expect(await world.accounts.addService({ name })).toEqual({ ok: false, reason: 'name-form' });
      expect(await world.groups.add(name)).toEqual({ ok: false, reason: 'name-form' });
    },
  );

  it.each(['', 'ada', '@example.org', 'a b@example.org', 'ada@', `ada@${'x'.repeat(260)}`, 'ada@x\u0000y'])(
    'refuse the e-mail address %j',
    async (email) => {
      expect(await world.accounts.addPerson({ name: 'ada', email })).toEqual({ ok: false, reason: 'email-form' });
    },
  );

  it('are suspended and activated by name', async () => {
    await world.addActive('ada');
    expect(await world.accounts.setState('ada', 'suspended')).toMatchObject({
      ok: true,
      value: { name: 'ada', state: 'suspended' },
    });
    expect(await world.accounts.setState('ada', 'active')).toMatchObject({ ok: true, value: { state: 'active' } });
    expect(await world.accounts.setState('nobody', 'active')).toEqual({ ok: false, reason: 'unknown' });
  });

  it('that are locked let nobody in until they are activated', async () => {
    const { device, secret, account } = await world.addWithPasskey('ada');
    const token = await world.addToken(account);
    expect(await world.accounts.setState('ada', 'locked')).toMatchObject({ ok: true, value: { state: 'locked' } });
    expect(await world.sessions.identify(secret ?? '')).toEqual({ ok: false, reason: 'suspended' });
    expect(await world.tokens.identify(token.secret)).toEqual({ ok: false, reason: 'suspended' });
    expect(await world.signInWith(device)).toEqual({ ok: false, reason: 'refused' });
    expect(await world.accounts.setState('ada', 'suspended')).toEqual({ ok: false, reason: 'state' });
    await world.accounts.setState('ada', 'active');
    expect(await world.signInWith(device)).toMatchObject({ ok: true });
  });

  it('that are offboarded never come back, and keep nothing that opens anything', async () => {
    const { device, account } = await world.addWithPasskey('ada');
    const team = granted(await world.groups.add('team'));
    granted(await world.groups.addMember(team, account));
    const token = await world.addToken(account);
    const recovery = granted(await world.enrolments.recover(account.id));
    expect(await world.accounts.setState('ada', 'offboarded')).toMatchObject({ ok: true });
    for (const state of ['active', 'suspended', 'locked'] as const) {
      expect(await world.accounts.setState('ada', state)).toEqual({ ok: false, reason: 'state' });
    }
    expect(await world.signInWith(device)).toEqual({ ok: false, reason: 'refused' });
    expect(await world.signIn('ada')).toEqual({ ok: false, reason: 'refused' });
    expect(await world.enrolments.redeem({ secret: recovery.secret, password })).toEqual({
      ok: false,
      reason: 'unknown',
    });
    expect(await world.tokens.findById(token.token.id)).toMatchObject({ revokedAtMs: world.clock.nowMs });
    expect(await world.groups.of(account.id)).toEqual([]);
    expect(await world.factors.list(account.id)).toEqual({ passkeys: [], totpSinceMs: null, recoveryCodesLeft: 0 });
    expect(await world.accounts.addPerson({ name: 'ada' })).toEqual({ ok: false, reason: 'exists' });
  });
});
