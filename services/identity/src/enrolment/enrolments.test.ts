import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, otherPassword, password, type World } from '../testing/world.ts';

const hourMs = 3_600_000;

describe.each(databases)('enrolments on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  it('make the first administrator, once', async () => {
    expect(await world.enrolments.needsFirst()).toBe(true);
    const { secret, endsAtMs } = await world.enrolments.createFirst();
    expect(secret).toMatch(/^mw_enr_[\w-]{43}$/);
    expect(endsAtMs).toBe(world.clock.nowMs + hourMs);
    const redeemed = await world.enrolments.redeem({ secret, name: 'ada', password });
    expect(redeemed).toMatchObject({
      ok: true,
      value: { purpose: 'first-administrator', account: { name: 'ada', state: 'active' } },
    });
    expect(await world.enrolments.needsFirst()).toBe(false);
    expect(await world.signIn('ada')).toMatchObject({ ok: true });
    expect(await world.enrolments.redeem({ secret, name: 'eve', password })).toEqual({ ok: false, reason: 'used' });
    await expect(world.enrolments.createFirst()).rejects.toThrow('made already');
  });

  it('of the first administrator take the place of an earlier one', async () => {
    const first = await world.enrolments.createFirst();
    const second = await world.enrolments.createFirst();
    expect(await world.enrolments.redeem({ secret: first.secret, name: 'ada', password })).toEqual({
      ok: false,
      reason: 'unknown',
    });
    expect(await world.enrolments.redeem({ secret: second.secret, name: 'ada', password })).toMatchObject({ ok: true });
  });

  it('are good in the last millisecond before their end and no more at it', async () => {
    const first = await world.enrolments.createFirst();
    world.clock.nowMs = first.endsAtMs;
    expect(await world.enrolments.redeem({ secret: first.secret, name: 'ada', password })).toEqual({
      ok: false,
      reason: 'expired',
    });
    expect(await world.enrolments.needsFirst()).toBe(true);
    const second = await world.enrolments.createFirst();
    world.clock.nowMs = second.endsAtMs - 1;
    expect(await world.enrolments.redeem({ secret: second.secret, name: 'ada', password })).toMatchObject({ ok: true });
    const { invitation } = granted(await world.accounts.addPerson({ name: 'bob' }));
    expect(invitation.endsAtMs).toBe(world.clock.nowMs + 72 * hourMs);
  });

  it('are used up by exactly one of many who come at once', async () => {
    const { secret } = await world.enrolments.createFirst();
    let calls = 0;
    const inTransaction = async () => {
      calls += 1;
    };
    const names = ['ada', 'bob', 'cyd', 'dan', 'eve'];
    const answers = await Promise.all(
      names.map((name) => world.enrolments.redeem({ secret, name, password, inTransaction })),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'used')).toHaveLength(4);
    expect(await world.accounts.list('person')).toHaveLength(1);
    expect(calls).toBe(1);
  });

  it('set the password of whoever came first when many use one invitation at once', async () => {
    const { invitation } = granted(await world.accounts.addPerson({ name: 'bob' }));
    const typed = [password, otherPassword, 'three warm bridges hum'];
    const redeem = (one: string) => world.enrolments.redeem({ secret: invitation.secret, password: one });
    const answers = await Promise.all(typed.map(redeem));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    const opened = await Promise.all(typed.map((one) => world.signIn('bob', one)));
    expect(opened.map(({ ok }) => ok)).toEqual(answers.map(({ ok }) => ok));
  });

  it('stay good when what must happen with them does not', async () => {
    const { secret } = await world.enrolments.createFirst();
    const inTransaction = async () => Promise.reject(new Error('no role link'));
    await expect(world.enrolments.redeem({ secret, name: 'ada', password, inTransaction })).rejects.toThrow(
      'no role link',
    );
    expect(await world.accounts.find('ada')).toBeUndefined();
    expect(await world.enrolments.needsFirst()).toBe(true);
    expect(await world.enrolments.redeem({ secret, name: 'ada', password })).toMatchObject({ ok: true });
  });

  it('show the account to what must happen with them, in their transaction', async () => {
    const { secret } = await world.enrolments.createFirst();
    let seen: string | undefined;
    const { account } = granted(
      await world.enrolments.redeem({
        secret,
        name: 'ada',
        password,
        inTransaction: async (transaction, { account: { id }, purpose }) => {
          expect(purpose).toBe('first-administrator');
          seen = (await transaction.selectFrom('accounts').select('name').where('id', '=', id).executeTakeFirst())
            ?.name;
        },
      }),
    );
    expect(seen).toBe('ada');
    expect(account.id).toMatch(/^acc_[\w-]{22}$/);
  });

  it('stay good when the name or password is refused', async () => {
    await world.accounts.addService({ name: 'taken' });
    const { secret } = await world.enrolments.createFirst();
    const redeem = (more: { name?: string; password?: string }) =>
      world.enrolments.redeem({ secret, password, ...more });
    expect(await redeem({})).toEqual({ ok: false, reason: 'name-missing' });
    expect(await redeem({ name: 'Ada' })).toEqual({ ok: false, reason: 'name-form' });
    expect(await redeem({ name: 'taken' })).toEqual({ ok: false, reason: 'exists' });
    expect(await redeem({ name: 'ada', password: 'short' })).toEqual({ ok: false, reason: 'password-too-short' });
    expect(await redeem({ name: 'kettles' })).toEqual({ ok: false, reason: 'password-has-name' });
    expect(await redeem({ name: 'ada' })).toMatchObject({ ok: true });
  });

  it('recover an account, end its sessions and spend what else was handed out for it', async () => {
    const ada = await world.addActive('ada');
    const { secret: session } = granted(await world.signIn('ada'));
    const earlier = granted(await world.enrolments.recover(ada.id));
    const { secret, endsAtMs } = granted(await world.enrolments.recover(ada.id));
    expect(endsAtMs).toBe(world.clock.nowMs + hourMs);
    expect(await world.sessions.identify(session)).toMatchObject({ ok: true });
    expect(await world.enrolments.redeem({ secret, password: otherPassword })).toMatchObject({
      ok: true,
      value: { purpose: 'recovery', account: { id: ada.id } },
    });
    expect(await world.sessions.identify(session)).toEqual({ ok: false, reason: 'ended' });
    expect(await world.signIn('ada', password)).toEqual({ ok: false, reason: 'refused' });
    expect(await world.signIn('ada', otherPassword)).toMatchObject({ ok: true });
    expect(await world.enrolments.redeem({ secret: earlier.secret, password })).toEqual({
      ok: false,
      reason: 'unknown',
    });
  });

  it('of a recovery leave the second factor as it is, and let a short password be beside it', async () => {
    const { account } = await world.addWithTotp('ada');
    world.clock.nowMs += 1;
    const { secret } = granted(await world.enrolments.recover(account.id));
    expect(await world.enrolments.redeem({ secret, password: 'kettle-4-two' })).toMatchObject({ ok: true });
    expect(await world.factors.hasSecond(account.id)).toBe(true);
    const asker = granted(await world.signIn('ada', 'kettle-4-two'));
    expect(await world.factors.passkeys.begin(asker)).toEqual({ ok: false, reason: 'factor-needed' });
    expect(await world.factors.notices(account.id)).toMatchObject([
      { kind: 'password-changed' },
      { kind: 'totp-added' },
    ]);
  });

  it('of a reset take every factor away, and ask for a password that is good alone', async () => {
    const { account, device } = await world.addWithPasskey('ada');
    const { secret } = granted(await world.enrolments.reset(account.id));
    expect(await world.enrolments.redeem({ secret, password: 'kettle-4-two' })).toEqual({
      ok: false,
      reason: 'password-too-short',
    });
    expect(await world.signInWith(device)).toMatchObject({ ok: true });
    expect(await world.enrolments.redeem({ secret, password: otherPassword })).toMatchObject({ ok: true });
    expect(await world.signInWith(device)).toEqual({ ok: false, reason: 'refused' });
    expect(await world.factors.hasSecond(account.id)).toBe(false);
    expect((await world.factors.notices(account.id)).map(({ kind }) => kind)).toContain('factors-reset');
  });

  it('leave no session with the old password behind when a sign-in and a recovery come together', async () => {
    const ada = await world.addActive('ada');
    const { secret } = granted(await world.enrolments.recover(ada.id));
    const [opened] = await Promise.all([
      world.signIn('ada'),
      world.enrolments.redeem({ secret, password: otherPassword }),
    ]);
    if (opened.ok) expect(await world.sessions.identify(opened.value.secret)).toEqual({ ok: false, reason: 'ended' });
    else expect(opened.reason).toBe('refused');
  });

  it('are void for whoever is suspended, and given to people in the right state only', async () => {
    const { account, invitation } = granted(await world.accounts.addPerson({ name: 'bob' }));
    const job = granted(await world.accounts.addService({ name: 'job' }));
    expect(await world.enrolments.recover(account.id)).toEqual({ ok: false, reason: 'state' });
    expect(await world.enrolments.invite(job.id)).toEqual({ ok: false, reason: 'unknown' });
    await world.accounts.setState('bob', 'suspended');
    expect(await world.enrolments.redeem({ secret: invitation.secret, password })).toEqual({
      ok: false,
      reason: 'unknown',
    });
    expect(await world.enrolments.invite(account.id)).toEqual({ ok: false, reason: 'state' });
    expect(await world.accounts.setState('bob', 'active')).toMatchObject({ ok: true, value: { state: 'invited' } });
    const again = granted(await world.enrolments.invite(account.id));
    expect(await world.enrolments.redeem({ secret: again.secret, password })).toMatchObject({ ok: true });
    expect(await world.enrolments.invite(account.id)).toEqual({ ok: false, reason: 'state' });
  });

  it('refuse what is no secret of theirs', async () => {
    for (const secret of ['', 'mw_enr_', `mw_enr_${'a'.repeat(43)}`, `mw_pat_${'a'.repeat(43)}`]) {
      expect(await world.enrolments.redeem({ secret, name: 'ada', password })).toEqual({
        ok: false,
        reason: 'unknown',
      });
    }
  });

  it('leave no secret and no password readable in any row', async () => {
    const first = await world.enrolments.createFirst();
    const { account } = granted(await world.enrolments.redeem({ secret: first.secret, name: 'ada', password }));
    const session = granted(await world.signIn('ada'));
    const token = await world.addToken(account);
    const recovery = granted(await world.enrolments.recover(account.id));
    const tables = ['accounts', 'enrolments', 'sessions', 'tokens'] as const;
    const rows = await Promise.all(tables.map((table) => database.tables.selectFrom(table).selectAll().execute()));
    expect(rows.map(({ length }) => length)).toEqual([1, 2, 1, 1]);
    const everything = JSON.stringify(rows);
    expect(everything).toContain(account.id);
    for (const { secret } of [first, session, token, recovery]) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(secret.slice('mw_enr_'.length));
    }
    expect(everything).not.toContain(password);
  });
});
