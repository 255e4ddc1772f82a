import { randomBytes } from 'node:crypto';
import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, type World } from '../testing/world.ts';
import { hashOfRecoveryCode, newRecoveryCodes } from './recovery-code.ts';

describe('a recovery code', () => {
  const [code = ''] = newRecoveryCodes(randomBytes);

  it('is five groups of five, and ten of them are ten', () => {
    expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{5}-){4}[0-9a-hjkmnp-tv-z]{5}$/);
    expect(new Set(newRecoveryCodes(randomBytes)).size).toBe(10);
  });

  it.each([
    ['as it was shown', code],
    ['in capitals', code.toUpperCase()],
    ['in one piece', code.replaceAll('-', '')],
    ['with spaces', ` ${code.replaceAll('-', ' ')} `],
    ['with letters for digits', code.replaceAll('0', 'O').replaceAll('1', 'l')],
  ])('is the same one %s', (_, typed) => expect(hashOfRecoveryCode(typed)).toBe(hashOfRecoveryCode(code)));

  it.each(['', 'abcde', `${code}0`, code.slice(1), 'uuuuu-uuuuu-uuuuu-uuuuu-uuuuu', 'x'.repeat(1000)])(
    'is none: `%s`',
    (typed) => expect(hashOfRecoveryCode(typed)).toBeUndefined(),
  );
});

describe.each(databases)('recovery codes on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  const prove = async (name: string, code: string) =>
    world.sessions.stepUp({ ...(await world.asker(name)), source: 'src_a', proof: { kind: 'recovery-code', code } });

  it('stand in for the second factor once, also when three use one at the same moment', async () => {
    const { account, recoveryCodes } = await world.addWithTotp('ada');
    world.clock.nowMs += 1;
    const [code = '', other = ''] = recoveryCodes;
    const answers = await Promise.all([prove('ada', code), prove('ada', code), prove('ada', code)]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'refused')).toHaveLength(2);
    expect(await prove('ada', code)).toEqual({ ok: false, reason: 'refused' });
    expect(granted(await prove('ada', other)).session.methods).toEqual(['password', 'recovery-code']);
    expect((await world.factors.list(account.id)).recoveryCodesLeft).toBe(8);
    expect((await world.factors.notices(account.id)).map(({ kind }) => kind)).toEqual([
      'recovery-code-used',
      'recovery-code-used',
      'totp-added',
    ]);
  });

  it('are of one person alone', async () => {
    const { recoveryCodes } = await world.addWithTotp('ada');
    await world.addWithTotp('eve');
    expect(await prove('eve', recoveryCodes[0] ?? '')).toEqual({ ok: false, reason: 'refused' });
    expect(await prove('ada', recoveryCodes[0] ?? '')).toMatchObject({ ok: true });
  });

  it('are void when new ones are made', async () => {
    const before = await world.addWithTotp('ada');
    const codes = granted(await world.factors.renewRecoveryCodes(before));
    expect(await prove('ada', before.recoveryCodes[0] ?? '')).toEqual({ ok: false, reason: 'refused' });
    expect(await prove('ada', codes[0] ?? '')).toMatchObject({ ok: true });
  });

  it('are made for nobody who has no second factor', async () => {
    await world.addActive('ada');
    expect(await world.factors.renewRecoveryCodes(await world.asker('ada'))).toEqual({
      ok: false,
      reason: 'factor-needed',
    });
  });

  it('are not readable in any row', async () => {
    const { recoveryCodes } = await world.addWithTotp('ada');
    const rows = JSON.stringify(await database.tables.selectFrom('recovery_codes').selectAll().execute());
    for (const code of recoveryCodes) {
      expect(rows).not.toContain(code);
      expect(rows).not.toContain(code.replaceAll('-', ''));
    }
  });
});
