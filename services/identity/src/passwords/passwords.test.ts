import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, otherPassword, password, type World } from '../testing/world.ts';

describe.each(databases)('changing a password on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  it('takes the old one and a good new one, ends the other sessions, and is told', async () => {
    const whole = await world.addWithTotp('ada');
    const other = granted(await world.signIn('ada'));
    const wanted = { ...whole, source: 'src_a', current: password, next: otherPassword };
    expect(await world.passwords.change({ ...wanted, current: otherPassword })).toEqual({
      ok: false,
      reason: 'refused',
    });
    expect(await world.passwords.change(wanted)).toMatchObject({ ok: true });
    expect(await world.sessions.identify(whole.secret)).toMatchObject({ ok: true });
    expect(await world.sessions.identify(other.secret)).toEqual({ ok: false, reason: 'ended' });
    expect(await world.signIn('ada')).toEqual({ ok: false, reason: 'refused' });
    expect(await world.signIn('ada', otherPassword)).toMatchObject({ ok: true });
    expect((await world.factors.notices(whole.account.id)).map(({ kind }) => kind)).toContain('password-changed');
  });

  it('may be to a short one beside a second factor, and only then', async () => {
    const whole = await world.addWithTotp('ada');
    const wanted = { source: 'src_a', current: password, next: 'kettle-4-two' };
    expect(await world.passwords.change({ ...whole, ...wanted })).toMatchObject({ ok: true });
    await world.addActive('bob');
    const bob = await world.asker('bob');
    expect(await world.passwords.change({ ...bob, ...wanted })).toEqual({ ok: false, reason: 'password-too-short' });
  });

  it('is for who has used the second factor, where there is one', async () => {
    await world.addWithTotp('ada');
    const asker = await world.asker('ada');
    const wanted = { ...asker, source: 'src_a', current: password, next: otherPassword };
    expect(await world.passwords.change(wanted)).toEqual({ ok: false, reason: 'factor-needed' });
  });
});
