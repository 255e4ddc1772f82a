import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, otherPassword, password, type World } from '../testing/world.ts';

const minuteMs = 60_000;

describe.each(databases)('sessions on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
    await world.addActive('ada');
  });
  afterEach(() => database.close());

  it('are opened with name and password and identify the person', async () => {
    const { secret, session, account } = granted(await world.signIn('ada'));
    expect(secret).toMatch(/^mw_ses_[\w-]{43}$/);
    expect(session).toMatchObject({ id: expect.stringMatching(/^ses_[\w-]{22}$/), accountId: account.id });
    expect(session).toMatchObject({ methods: ['password'], authenticatedAtMs: world.clock.nowMs, client: 'program' });
    // As long as the second factor is still to come.
    expect(session.endsAtMs - session.openedAtMs).toBe(30 * minuteMs);
    expect(granted(await world.sessions.identify(secret))).toEqual({ account, session });
  });

  it('are not opened when what must happen before does not', async () => {
    const seen: string[] = [];
    const inTransaction = async ({ secret }: { secret: string }) => {
      seen.push(secret);
      throw new Error('the record is full');
    };
    const signIn = { name: 'ada', password, source: 'src_a', inTransaction };
    await expect(world.sessions.open(signIn)).rejects.toThrow('the record is full');
    expect(await world.sessions.identify(seen[0] ?? '')).toEqual({ ok: false, reason: 'unknown' });
  });

  it('are opened in the transaction that proves who somebody is, or undone with it', async () => {
    const ada = granted(await world.signIn('ada')).account;
    const open = (isUndone: boolean) =>
      database.tables.transaction().execute(async (transaction) => {
        const { secret } = await world.sessions.openWithin(transaction, ada);
        if (isUndone) throw new Error(secret);
        return secret;
      });
    expect(await world.sessions.identify(await open(false))).toMatchObject({ ok: true });
    const { message: secret } = (await open(true).catch(
      (fault: Error) => fault as Error & { message: string },
    )) as Error;
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('take one password however a keyboard composes it', async () => {
    const { invitation } = granted(await world.accounts.addPerson({ name: 'zoe' }));
    await world.enrolments.redeem({ secret: invitation.secret, password: 'caf\u00e9 behind the mill' });
    expect(await world.signIn('zoe', 'cafe\u0301 behind the mill')).toMatchObject({ ok: true });
  });

  it('are refused in one way, whatever is wrong', async () => {
    await world.accounts.addService({ name: 'job' });
    await world.accounts.addPerson({ name: 'invited' });
    await world.addActive('gone');
    await world.accounts.setState('gone', 'suspended');
    for (const [name, typed] of [
      ['ada', otherPassword],
      ['nobody', password],
      ['job', password],
      ['invited', password],
      ['gone', password],
      ['Ada', password],
      ['', ''],
      ['ada', 'x'.repeat(100_000)],
    ] as const) {
      expect(await world.signIn(name, typed, `src_${name}`)).toEqual({ ok: false, reason: 'refused' });
    }
  });

  it('end after half an hour without use', async () => {
    const { secret } = await world.addWithTotp('bob');
    world.clock.nowMs += 30 * minuteMs - 1;
    expect(await world.sessions.identify(secret)).toMatchObject({ ok: true });
    world.clock.nowMs += 30 * minuteMs - 1;
    expect(await world.sessions.identify(secret)).toMatchObject({ ok: true });
    world.clock.nowMs += 30 * minuteMs;
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'expired' });
  });

  it('of who can harm everybody end after a quarter of an hour without use', async () => {
    const { device, account } = await world.addWithPasskey('root');
    world.privileged.add(account.id);
    const { secret } = granted(await world.signInWith(device));
    world.clock.nowMs += 15 * minuteMs - 1;
    expect(await world.sessions.identify(secret)).toMatchObject({ ok: true });
    world.clock.nowMs += 15 * minuteMs;
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'expired' });
  });

  it('are ten of one person at most: the one that rested longest gives way', async () => {
    const opened = [];
    for (let count = 0; count < 10; count += 1) {
      opened.push(granted(await world.signIn('ada')));
      world.clock.nowMs += 61_000;
    }
    granted(await world.sessions.identify(opened[0]?.secret ?? ''));
    const next = granted(await world.signIn('ada'));
    expect(await world.sessions.identify(opened[1]?.secret ?? '')).toEqual({ ok: false, reason: 'ended' });
    expect(await world.sessions.identify(opened[0]?.secret ?? '')).toMatchObject({ ok: true });
    expect(await world.sessions.list(next.account.id)).toHaveLength(10);
  });

  it('are ended by their person, one and all but one', async () => {
    const [one, two, three] = [await world.signIn('ada'), await world.signIn('ada'), await world.signIn('ada')].map(
      granted,
    );
    await world.sessions.endAll(one?.account.id ?? '', two?.session.id);
    expect((await world.sessions.list(one?.account.id ?? '')).map(({ id }) => id)).toEqual([two?.session.id]);
    expect(await world.sessions.identify(three?.secret ?? '')).toEqual({ ok: false, reason: 'ended' });
  });

  it('end after twelve hours however much they are used', async () => {
    const { secret, session } = await world.addWithTotp('bob');
    expect(session.endsAtMs - session.openedAtMs).toBe(12 * 60 * minuteMs);
    while (world.clock.nowMs + 20 * minuteMs < session.endsAtMs) {
      world.clock.nowMs += 20 * minuteMs;
      granted(await world.sessions.identify(secret));
    }
    world.clock.nowMs = session.endsAtMs - 1;
    expect(await world.sessions.identify(secret)).toMatchObject({ ok: true });
    world.clock.nowMs = session.endsAtMs;
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'expired' });
  });

  it('end when their holder signs out, once', async () => {
    const { secret, session } = granted(await world.signIn('ada'));
    expect(await world.sessions.end(session.id)).toMatchObject({ id: session.id, endedAtMs: world.clock.nowMs });
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'ended' });
    expect(await world.sessions.end(session.id)).toBeUndefined();
  });

  it('are refused while the account is suspended and stay ended when it is let in again', async () => {
    const { secret } = granted(await world.signIn('ada'));
    await world.accounts.setState('ada', 'suspended');
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'suspended' });
    await world.accounts.setState('ada', 'active');
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'ended' });
    expect(await world.signIn('ada')).toMatchObject({ ok: true });
  });

  it('are slowed down after five failures of a name from a source, and only there', async () => {
    for (let count = 0; count < 5; count += 1) await world.signIn('ada', otherPassword);
    expect(await world.signIn('ada')).toEqual({ ok: false, reason: { throttledSeconds: 1 } });
    expect(await world.signIn('ada', password, 'src_b')).toMatchObject({ ok: true });
    world.clock.nowMs += 1000;
    expect(await world.signIn('ada', otherPassword)).toEqual({ ok: false, reason: 'refused' });
    expect(await world.signIn('ada')).toEqual({ ok: false, reason: { throttledSeconds: 2 } });
    world.clock.nowMs += 2000;
    expect(await world.signIn('ada')).toMatchObject({ ok: true });
    expect(await world.signIn('ada', otherPassword)).toEqual({ ok: false, reason: 'refused' });
  });

  it('are slowed down for names that do not exist as for those that do', async () => {
    const answers = async (name: string, source: string) => {
      const given = [];
      for (let count = 0; count < 7; count += 1) given.push(await world.signIn(name, otherPassword, source));
      return given;
    };
    expect(await answers('ada', 'src_c')).toEqual(await answers('nobody', 'src_d'));
  });

  it('let no more guesses through when many come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.signIn('ada', otherPassword)));
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'refused')).toHaveLength(5);
  });
});
