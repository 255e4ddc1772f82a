import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { codeOf, createWorld, granted, otherPassword, password, type World } from '../testing/world.ts';

const minuteMs = 60_000;

describe.each(databases)('step-up on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  const totp = (secret: string) => ({ kind: 'totp', code: codeOf(secret, world.clock.nowMs) }) as const;

  it('makes the session that asked stronger and younger, and no other', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    const [one, other] = [granted(await world.signIn('ada')), granted(await world.signIn('ada'))];
    world.clock.nowMs += 5 * minuteMs;
    const lifted = granted(await world.sessions.stepUp({ ...one, source: 'src_a', proof: totp(totpSecret) }));
    expect(lifted.session).toMatchObject({
      id: one.session.id,
      methods: ['password', 'totp'],
      authenticatedAtMs: world.clock.nowMs,
      endsAtMs: one.session.openedAtMs + 12 * 60 * minuteMs,
    });
    expect(await world.sessions.identify(one.secret)).toEqual({ ok: false, reason: 'unknown' });
    expect(granted(await world.sessions.identify(other.secret)).session.methods).toEqual(['password']);
  });

  it('with a code asks for the password again when it was given long ago', async () => {
    const whole = await world.addWithTotp('ada');
    world.clock.nowMs += 11 * minuteMs;
    const asking = { ...whole, source: 'src_a', proof: totp(whole.totpSecret) };
    expect(await world.sessions.stepUp(asking)).toEqual({ ok: false, reason: 'password-needed' });
    expect(await world.sessions.stepUp({ ...asking, password: otherPassword })).toEqual({
      ok: false,
      reason: 'refused',
    });
    expect(await world.sessions.stepUp({ ...asking, password })).toMatchObject({ ok: true });
  });

  it('never makes a session weaker', async () => {
    const whole = await world.addWithTotp('ada');
    const { device } = await world.addPasskey(whole);
    const strong = granted(await world.signInWith(device));
    world.clock.nowMs += minuteMs;
    const weaker = { ...strong, source: 'src_a', password, proof: totp(whole.totpSecret) };
    expect(await world.sessions.stepUp(weaker)).toEqual({ ok: false, reason: 'factor-needed' });
    expect(await world.sessions.stepUp({ ...whole, source: 'src_a', password })).toEqual({
      ok: false,
      reason: 'factor-needed',
    });
    // The code was not spent by the refusal.
    const back = { ...granted(await world.signIn('ada')), source: 'src_a', proof: totp(whole.totpSecret) };
    expect(await world.sessions.stepUp(back)).toMatchObject({ ok: true });
  });

  it('with a passkey needs nothing else and makes any session phishing-resistant', async () => {
    const whole = await world.addWithTotp('ada');
    const { device } = await world.addPasskey(whole);
    world.clock.nowMs += 20 * minuteMs;
    const answer = device.get(await world.sessions.stepUpOptions(whole.session));
    const lifted = await world.sessions.stepUp({ ...whole, source: 'src_a', proof: { kind: 'passkey', answer } });
    expect(granted(lifted).session.methods).toEqual(['passkey']);
  });

  it('takes nobody else’s passkey', async () => {
    const ada = await world.addWithTotp('ada');
    const eve = await world.addWithPasskey('eve');
    const options = await world.sessions.stepUpOptions(ada.session);
    const proof = { kind: 'passkey', answer: eve.device.get(options) } as const;
    expect(await world.sessions.stepUp({ ...ada, source: 'src_a', proof })).toEqual({ ok: false, reason: 'refused' });
  });

  it('ends the session with the sixth wrong answer in a row, however many come at once', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    const { secret, ...asking } = granted(await world.signIn('ada'));
    const guess = { ...asking, source: 'src_a', proof: { kind: 'totp', code: '000000' } } as const;
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.sessions.stepUp(guess)));
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'refused')).toHaveLength(5);
    expect(await world.sessions.identify(secret)).toEqual({ ok: false, reason: 'ended' });
    world.clock.nowMs += minuteMs;
    const right = { ...asking, source: 'src_a', proof: totp(totpSecret) };
    expect(await world.sessions.stepUp(right)).toEqual({ ok: false, reason: 'ended' });
  });

  it('does not lift a session that ended meanwhile, and leaves the code good', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    world.clock.nowMs += minuteMs;
    const one = granted(await world.signIn('ada'));
    const another = granted(await world.signIn('ada'));
    await world.sessions.end(one.session.id);
    const proof = totp(totpSecret);
    expect(await world.sessions.stepUp({ ...one, source: 'src_a', proof })).toMatchObject({ ok: false });
    expect(await world.sessions.stepUp({ ...another, source: 'src_a', proof })).toMatchObject({ ok: true });
  });

  it('leaves everything as it was when what must happen with it does not', async () => {
    const { totpSecret } = await world.addWithTotp('ada');
    world.clock.nowMs += minuteMs;
    const one = granted(await world.signIn('ada'));
    const asking = { ...one, source: 'src_a', proof: totp(totpSecret) };
    const inTransaction = async () => Promise.reject(new Error('no record'));
    await expect(world.sessions.stepUp({ ...asking, inTransaction })).rejects.toThrow('no record');
    expect(granted(await world.sessions.identify(one.secret)).session.methods).toEqual(['password']);
    expect(await world.sessions.stepUp(asking)).toMatchObject({ ok: true });
  });
});
