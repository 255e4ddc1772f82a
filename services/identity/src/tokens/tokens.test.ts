import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, type World } from '../testing/world.ts';

describe.each(databases)('tokens on $name', ({ open }) => {
  let database: Database;
  let world: World;
  let job: { id: string };
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
    job = granted(await world.accounts.addService({ name: 'nightly-job' }));
  });
  afterEach(() => database.close());
  const wanted = { label: 'mlflow', scopes: ['model.read', 'run.*@fraud'] };

  it('identify the account that they are of, with their scopes, for eight hours unless told', async () => {
    const { secret, token } = granted(await world.tokens.create({ account: job, ...wanted }));
    expect(secret).toMatch(/^mw_pat_[\w-]{43}$/);
    expect(token.id).toMatch(/^tok_[\w-]{22}$/);
    expect(token.endsAtMs - token.createdAtMs).toBe(8 * 3600 * 1000);
    expect(granted(await world.tokens.identify(secret))).toMatchObject({
      account: { ...job, kind: 'service', name: 'nightly-job', createdAtMs: 1_800_000_000_000 },
      token: { id: token.id, accountId: job.id, ...wanted, createdAtMs: 1_800_000_000_000 },
    });
    expect(await world.tokens.list(job.id)).toMatchObject([{ id: token.id, lastUsedAtMs: world.clock.nowMs }]);
    expect(await world.tokens.findById(token.id)).toMatchObject({ id: token.id });
  });

  it('are good in the last millisecond before their end and no more at it', async () => {
    const { secret, token } = await world.addToken(job, 60);
    world.clock.nowMs = token.endsAtMs - 1;
    expect(await world.tokens.identify(secret)).toMatchObject({ ok: true });
    world.clock.nowMs = token.endsAtMs;
    expect(await world.tokens.identify(secret)).toEqual({ ok: false, reason: 'expired' });
  });

  it('are refused from the first use after they are revoked', async () => {
    const { secret, token } = await world.addToken(job);
    const other = await world.addToken(job);
    expect(await world.tokens.revoke(token.id)).toMatchObject({ id: token.id, revokedAtMs: world.clock.nowMs });
    expect(await world.tokens.identify(secret)).toEqual({ ok: false, reason: 'revoked' });
    expect(await world.tokens.identify(other.secret)).toMatchObject({ ok: true });
    expect(await world.tokens.revoke(token.id)).toBeUndefined();
    expect(await world.tokens.revoke('tok_none')).toBeUndefined();
  });

  it('are refused while their account is suspended, and none is made for it', async () => {
    const { secret } = await world.addToken(job);
    await world.accounts.setState('nightly-job', 'suspended');
    expect(await world.tokens.identify(secret)).toEqual({ ok: false, reason: 'suspended' });
    expect(await world.tokens.create({ account: job, ...wanted })).toEqual({ ok: false, reason: 'account-not-active' });
    await world.accounts.setState('nightly-job', 'active');
    expect(await world.tokens.identify(secret)).toMatchObject({ ok: true });
  });

  it('write their last use at most once a minute', async () => {
    const { secret, token } = await world.addToken(job);
    const lastUsed = async () => (await world.tokens.findById(token.id))?.lastUsedAtMs;
    const firstMs = world.clock.nowMs;
    await world.tokens.identify(secret);
    world.clock.nowMs += 59_999;
    await world.tokens.identify(secret);
    expect(await lastUsed()).toBe(firstMs);
    world.clock.nowMs += 1;
    await world.tokens.identify(secret);
    expect(await lastUsed()).toBe(firstMs + 60_000);
  });

  it.each([
    '',
    'mw_pat_',
    'mw_pat_short',
    `mw_ses_${'a'.repeat(43)}`,
    `mw_pat_${'a'.repeat(44)}`,
    `mw_pat_${'a'.repeat(42)}\n`,
  ])('refuse the secret %j without asking the database', async (secret) => {
    const closed = createWorld({ ...database, tables: undefined as unknown as Database['tables'] });
    expect(await closed.tokens.identify(secret)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('are unknown when nobody made them', async () => {
    expect(await world.tokens.identify(`mw_pat_${'a'.repeat(43)}`)).toEqual({ ok: false, reason: 'unknown' });
  });

  it.each([
    ['label-form', { label: '' }],
    ['label-form', { label: '  ' }],
    ['label-form', { label: 'x'.repeat(101) }],
    ['label-form', { label: 'two\nlines' }],
    ['label-form', { label: '\u001b[2J' }],
    ['scopes-form', { scopes: [] }],
    ['scopes-form', { scopes: [''] }],
    ['scopes-form', { scopes: ['x'.repeat(101)] }],
    ['scopes-form', { scopes: Array.from({ length: 33 }, () => 'model.read') }],
    ['lifetime', { lifetimeSeconds: 59 }],
    ['lifetime', { lifetimeSeconds: 90 * 86_400 + 1 }],
    ['lifetime', { lifetimeSeconds: 60.5 }],
    ['lifetime', { lifetimeSeconds: Number.NaN }],
  ])('are refused for %s: %j', async (reason, change) => {
    expect(await world.tokens.create({ account: job, ...wanted, ...change })).toEqual({ ok: false, reason });
  });

  it('may be as long and live as long as the limits say', async () => {
    const scopes = Array.from({ length: 32 }, () => 'x'.repeat(100));
    const most = { account: job, label: 'x'.repeat(100), scopes, lifetimeSeconds: 90 * 86_400 };
    expect(await world.tokens.create(most)).toMatchObject({ ok: true });
  });

  it('are a hundred good ones for an account at most', async () => {
    const made = [];
    for (let count = 0; count < 100; count += 1) made.push(await world.addToken(job));
    expect(await world.tokens.create({ account: job, ...wanted })).toEqual({ ok: false, reason: 'too-many-tokens' });
    await world.tokens.revoke(made[0]?.token.id ?? '');
    expect(await world.tokens.create({ account: job, ...wanted })).toMatchObject({ ok: true });
  });
});
