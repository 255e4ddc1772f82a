import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { type Changed, createSoftwarePasskey } from '../../../../tests/support/software-passkey.ts';
import { createWorld, granted, origin, type World } from '../testing/world.ts';

const minuteMs = 60_000;
const refusedSignIn = { ok: false, reason: 'refused' };
const wrong: readonly (readonly [string, Changed])[] = [
  ['made for another origin', { origin: 'http://localhost:9090' }],
  ['made for a name that only looks like it', { origin: 'http://localhost:8080.evil.example' }],
  ['of another host name', { hostName: '127.0.0.1' }],
  ['to a challenge of its own', { challenge: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
  ['without its person verified', { userVerified: false }],
];

describe.each(databases)('passkeys on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  it('are kept with what is known of their making, and make the first session a whole one', async () => {
    const { passkey, opened, account, recoveryCodes } = await world.addWithPasskey('ada');
    expect(passkey).toMatchObject({
      id: expect.stringMatching(/^pky_[\w-]{22}$/),
      accountId: account.id,
      name: 'laptop',
      counter: 0,
      attestationFormat: 'packed',
      aaguid: '00000000-0000-0000-0000-000000000000',
      backupEligible: false,
      backedUp: false,
      transports: ['internal'],
    });
    expect(opened?.session.methods).toEqual(['password', 'passkey']);
    expect(recoveryCodes).toHaveLength(10);
    const [row] = await database.tables.selectFrom('passkeys').selectAll().execute();
    expect(row?.attestation.length).toBeGreaterThan(100);
  });

  it('sign their person in without a name or a password', async () => {
    const { account, device } = await world.addWithPasskey('ada');
    await world.addWithPasskey('bob');
    const opened = granted(await world.signInWith(device));
    expect(opened).toMatchObject({ account: { id: account.id }, session: { methods: ['passkey'] } });
    expect(opened.session.endsAtMs - opened.session.openedAtMs).toBe(12 * 60 * minuteMs);
    expect(await world.sessions.identify(opened.secret)).toMatchObject({ ok: true });
    const [passkey] = (await world.factors.list(account.id)).passkeys;
    expect(passkey).toMatchObject({ counter: 1, lastUsedAtMs: world.clock.nowMs });
  });

  it.each([
    ...wrong,
    ['with a spoilt signature', { spoiltSignature: true }],
    ['for somebody else', { userHandle: 'YWNjX3NvbWVib2R5LWVsc2U' }],
    ['that has become one that is backed up', { backupEligible: true }],
  ] as const)('sign nobody in with an answer %s', async (_, changed) => {
    const { device } = await world.addWithPasskey('ada');
    expect(await world.signInWith(device, changed)).toEqual(refusedSignIn);
    expect(await world.signInWith(device)).toMatchObject({ ok: true });
  });

  it.each(wrong)('are not added with an answer %s', async (_, changed) => {
    await world.addActive('ada');
    const asker = await world.asker('ada');
    const options = granted(await world.factors.passkeys.begin(asker));
    const answer = createSoftwarePasskey(origin).create(options, changed);
    expect(await world.factors.passkeys.add(asker, { name: 'laptop', answer })).toEqual({
      ok: false,
      reason: 'factor-refused',
    });
  });

  it('answer once: of three with one answer at the same moment, one is signed in', async () => {
    const { device } = await world.addWithPasskey('ada');
    const answer = device.get(await world.sessions.passkeyOptions(), { counter: 0 });
    const signIn = () => world.sessions.openWithPasskey({ answer, source: 'src_a' });
    const answers = await Promise.all([signIn(), signIn(), signIn()]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await signIn()).toEqual(refusedSignIn);
  });

  it('answer in five minutes, and to the use that was meant', async () => {
    const { device, session, account } = await world.addWithPasskey('ada');
    const late = device.get(await world.sessions.passkeyOptions());
    const stepUp = device.get(await world.sessions.stepUpOptions(session));
    const signIn = device.get(await world.sessions.passkeyOptions());
    expect(await world.sessions.openWithPasskey({ answer: stepUp, source: 'src_a' })).toEqual(refusedSignIn);
    const proof = { kind: 'passkey', answer: signIn } as const;
    expect(await world.sessions.stepUp({ account, session, source: 'src_a', proof })).toEqual(refusedSignIn);
    world.clock.nowMs += 5 * minuteMs;
    expect(await world.sessions.openWithPasskey({ answer: late, source: 'src_a' })).toEqual(refusedSignIn);
  });

  it('that were copied are found by a counter that goes back, and their person is told', async () => {
    const { device, account } = await world.addWithPasskey('ada');
    granted(await world.signInWith(device, { counter: 5 }));
    expect(await world.signInWith(device, { counter: 5 })).toEqual(refusedSignIn);
    expect(await world.signInWith(device, { counter: 4 })).toEqual(refusedSignIn);
    expect(await world.signInWith(device, { counter: 0 })).toEqual(refusedSignIn);
    expect(await world.signInWith(device, { counter: 6 })).toMatchObject({ ok: true });
    const kinds = (await world.factors.notices(account.id)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'passkey-copied')).toHaveLength(3);
  });

  it('that count nothing sign in again and again', async () => {
    const { device } = await world.addWithPasskey('ada');
    for (let count = 0; count < 3; count += 1) {
      expect(await world.signInWith(device, { counter: 0 })).toMatchObject({ ok: true });
    }
  });

  it('of a suspended person sign nobody in', async () => {
    const { device } = await world.addWithPasskey('ada');
    await world.accounts.setState('ada', 'suspended');
    expect(await world.signInWith(device)).toEqual(refusedSignIn);
  });

  it('are added by who has used the second factor lately, and by nobody else', async () => {
    const whole = await world.addWithTotp('ada');
    expect(await world.factors.passkeys.begin(await world.asker('ada'))).toEqual({
      ok: false,
      reason: 'factor-needed',
    });
    world.clock.nowMs += 10 * minuteMs;
    expect(await world.factors.passkeys.begin(whole)).toEqual({ ok: false, reason: 'stale' });
  });

  it('that are added later leave the session as strong as it was', async () => {
    const whole = await world.addWithTotp('ada');
    const { opened, recoveryCodes, device } = await world.addPasskey(whole);
    expect([opened, recoveryCodes]).toEqual([undefined, undefined]);
    expect(await world.sessions.identify(whole.secret)).toMatchObject({
      ok: true,
      value: { session: { methods: ['password', 'totp'] } },
    });
    expect(granted(await world.signInWith(device)).session.methods).toEqual(['passkey']);
  });

  it('belong to one account: another one cannot take a credential over', async () => {
    const { device } = await world.addWithPasskey('ada');
    await world.addActive('eve');
    const eve = await world.asker('eve');
    const answer = device.create(granted(await world.factors.passkeys.begin(eve)));
    expect(await world.factors.passkeys.add(eve, { name: 'mine', answer })).toEqual({
      ok: false,
      reason: 'factor-exists',
    });
  });

  it('are removed with the sessions of others, never the last one, and never at the same moment all of them', async () => {
    const { passkey, account, device, ...whole } = await world.addWithPasskey('ada');
    const asker = { account, session: whole.session };
    expect(await world.factors.passkeys.remove(asker, passkey.id)).toEqual({ ok: false, reason: 'last-factor' });
    const second = await world.addPasskey(asker, undefined, 'phone');
    const other = granted(await world.signInWith(device));
    const answers = await Promise.all(
      [passkey.id, second.passkey.id].map((id) => world.factors.passkeys.remove(asker, id)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await world.factors.list(account.id)).passkeys).toHaveLength(1);
    expect(await world.sessions.identify(other.secret)).toEqual({ ok: false, reason: 'ended' });
    expect(await world.sessions.identify(whole.secret)).toMatchObject({ ok: true });
  });

  it('of others cannot be removed', async () => {
    const ada = await world.addWithPasskey('ada');
    const eve = await world.addWithPasskey('eve');
    expect(await world.factors.passkeys.remove(eve, ada.passkey.id)).toEqual({ ok: false, reason: 'factor-unknown' });
  });

  it.each(['', '   ', 'two\nlines', 'x'.repeat(61)])('refuse the name %j', async (name) => {
    const { device: _, account, session } = await world.addWithPasskey('ada');
    const answer = createSoftwarePasskey(origin).create(
      granted(await world.factors.passkeys.begin({ account, session })),
    );
    expect(await world.factors.passkeys.add({ account, session }, { name, answer })).toEqual({
      ok: false,
      reason: 'factor-name-form',
    });
  });
});
