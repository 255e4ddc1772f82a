import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { codeOf, createWorld, granted, type World } from '../testing/world.ts';

const stepMs = 30_000;

describe.each(databases)('an authenticator app on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  /** A new sign-in with the password, and then this code. */
  const prove = async (code: string) =>
    world.sessions.stepUp({ ...(await world.asker('ada')), source: 'src_a', proof: { kind: 'totp', code } });

  it('makes the session that set it up a whole one, under a new secret, and comes with recovery codes', async () => {
    await world.addActive('ada');
    const before = granted(await world.signIn('ada'));
    const asker = { account: before.account, session: before.session };
    const begun = granted(await world.factors.totp.begin(asker));
    expect(begun.uri).toBe(
      `otpauth://totp/Modelward:ada?issuer=Modelward&secret=${begun.secret}&algorithm=SHA1&digits=6&period=30`,
    );
    expect(await world.factors.hasSecond(before.account.id)).toBe(false);
    const added = granted(await world.factors.totp.confirm(asker, codeOf(begun.secret, world.clock.nowMs)));
    expect(added.recoveryCodes).toHaveLength(10);
    expect(added.opened?.session).toMatchObject({ id: before.session.id, methods: ['password', 'totp'] });
    expect(await world.sessions.identify(added.opened?.secret ?? '')).toMatchObject({ ok: true });
    expect(await world.sessions.identify(before.secret)).toEqual({ ok: false, reason: 'unknown' });
    expect(await world.factors.list(before.account.id)).toEqual({
      passkeys: [],
      totpSinceMs: world.clock.nowMs,
      recoveryCodesLeft: 10,
    });
    expect(await world.factors.notices(before.account.id)).toMatchObject([{ kind: 'totp-added' }]);
  });

  it('is not set up by a wrong code, nor by one of a seed that was replaced', async () => {
    await world.addActive('ada');
    const asker = await world.asker('ada');
    const first = granted(await world.factors.totp.begin(asker));
    const second = granted(await world.factors.totp.begin(asker));
    const now = world.clock.nowMs;
    expect(first.secret).not.toBe(second.secret);
    for (const code of ['', '000000x', codeOf(second.secret, now + 10 * stepMs), codeOf(first.secret, now)]) {
      expect(await world.factors.totp.confirm(asker, code)).toEqual({ ok: false, reason: 'factor-refused' });
    }
    expect(await world.factors.totp.confirm(asker, codeOf(second.secret, now))).toMatchObject({ ok: true });
    expect(await world.factors.totp.begin(await world.asker('ada'))).toEqual({ ok: false, reason: 'factor-needed' });
  });

  it('has codes that are good one step early or late and no further', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    for (const [steps, isGood] of [
      [-2, false],
      [2, false],
      [-1, true],
      [1, true],
    ] as const) {
      world.clock.nowMs += 10 * stepMs;
      const answer = await prove(codeOf(totpSecret, world.clock.nowMs + steps * stepMs));
      expect(answer.ok, `${steps} steps`).toBe(isGood);
    }
  });

  it('has codes that count once, also when three come at the same moment', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    world.clock.nowMs += 10 * stepMs;
    const code = codeOf(totpSecret, world.clock.nowMs);
    const answers = await Promise.all([prove(code), prove(code), prove(code)]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'refused')).toHaveLength(2);
    expect(await prove(code)).toEqual({ ok: false, reason: 'refused' });
    // An older code, still in its time, is spent with the newer one.
    expect(await prove(codeOf(totpSecret, world.clock.nowMs - stepMs))).toEqual({ ok: false, reason: 'refused' });
  });

  it('has a first code that is spent by setting it up', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    expect(await prove(codeOf(totpSecret, world.clock.nowMs))).toEqual({ ok: false, reason: 'refused' });
  });

  it('is set up by one of three who confirm it at once', async () => {
    await world.addActive('ada');
    const asker = await world.asker('ada');
    const { secret } = granted(await world.factors.totp.begin(asker));
    const code = codeOf(secret, world.clock.nowMs);
    const answers = await Promise.all([1, 2, 3].map(() => world.factors.totp.confirm(asker, code)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('is of no use any more after a hundred wrong codes in a row, whatever comes then', async () => {
    const { account, totpSecret } = await world.addWithTotp('ada');
    await database.tables.updateTable('totp_secrets').set({ failures: 99 }).execute();
    world.clock.nowMs += 10 * stepMs;
    expect(await prove('000000')).toMatchObject({ ok: false });
    expect(await prove(codeOf(totpSecret, world.clock.nowMs))).toEqual({ ok: false, reason: 'refused' });
    expect(await world.factors.hasSecond(account.id)).toBe(true);
  });

  it('forgets wrong codes with the next right one', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    await database.tables.updateTable('totp_secrets').set({ failures: 99 }).execute();
    world.clock.nowMs += 10 * stepMs;
    expect(await prove(codeOf(totpSecret, world.clock.nowMs))).toMatchObject({ ok: true });
    expect(await prove('000000')).toMatchObject({ ok: false });
    world.clock.nowMs += 10 * stepMs;
    expect(await prove(codeOf(totpSecret, world.clock.nowMs))).toMatchObject({ ok: true });
  });

  it('has a seed that nobody reads in the database, and that no other account can use', async () => {
    const { account, totpSecret } = await world.addWithTotp('ada');
    await world.addWithTotp('eve');
    const rows = await database.tables.selectFrom('totp_secrets').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(totpSecret);
    const stolen = rows.find(({ account_id }) => account_id !== account.id)?.sealed_secret ?? '';
    const ada = database.tables.updateTable('totp_secrets').where('account_id', '=', account.id);
    await ada.set({ sealed_secret: stolen }).execute();
    await expect(prove('000000')).rejects.toThrow();
  });
});
