import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { organizationId } from '../organization.ts';
import { createWorld, defaultEngine, inProject, newId, type World } from '../testing/world.ts';
import type { Assignment, AssignRefusal } from './links.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

describe.each(databases)('links on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = await createWorld(database, engine);
  });
  afterEach(() => database.close());

  it('are written with all that was said and found by it', async () => {
    const { access, ada, fraud, clock } = world;
    const link = await world.assign('viewer', inProject(fraud), { untilMs: clock.nowMs + 5 });
    expect(link).toMatchObject({ role: 'viewer', principal: ada, fromMs: clock.nowMs, untilMs: clock.nowMs + 5 });
    const other = await world.assign('auditor', { type: 'Organization', id: organizationId }, { to: world.bob });
    expect(await access.links.list()).toEqual(expect.arrayContaining([link, other]));
    expect(await access.links.list({ principalId: ada.id })).toEqual([link]);
    expect(await access.links.list({ scopeId: organizationId })).toEqual([other]);
    expect(await access.links.list({ role: 'viewer', principalId: world.bob.id })).toEqual([]);
  });

  it('are no longer current once revoked or over, and can still be seen', async () => {
    const { access, fraud, clock } = world;
    const revoked = await world.assign('viewer', inProject(fraud));
    const over = await world.assign('model-owner', inProject(fraud), { untilMs: clock.nowMs + 1 });
    expect(await access.links.revoke(revoked.id)).toEqual({ ...revoked, revokedAtMs: clock.nowMs });
    expect(await access.links.revoke(revoked.id)).toBeUndefined();
    expect(await access.links.revoke('lnk_none')).toBeUndefined();
    clock.nowMs += 1;
    expect(await access.links.list()).toEqual([]);
    expect((await access.links.list({ state: 'all' })).map(({ id }) => id).sort()).toEqual(
      [revoked.id, over.id].sort(),
    );
  });

  const refusals: [AssignRefusal, (world: World) => Partial<Assignment>][] = [
    ['role-unknown', () => ({ role: 'superuser' })],
    ['role-unknown', () => ({ role: 'unbound-export' })],
    ['scope-type', ({ fraud }) => ({ role: 'auditor', scope: inProject(fraud) })],
    ['scope-type', ({ experiment }) => ({ role: 'model-owner', scope: { type: 'Experiment', id: experiment.id } })],
    ['scope-unknown', () => ({ scope: { type: 'Project', id: 'prj_none' } })],
    ['scope-unknown', () => ({ scope: { type: 'Organization', id: 'org_other' } })],
    ['scope-unknown', ({ experiment }) => ({ scope: { type: 'Model', id: experiment.id } })],
    ['principal-unknown', () => ({ principal: { kind: 'person', id: 'acc_none' } })],
    ['principal-unknown', ({ ada }) => ({ principal: { kind: 'service', id: ada.id } })],
    ['principal-unknown', ({ ada }) => ({ principal: { kind: 'group', id: ada.id } })],
    ['ends-too-early', ({ clock }) => ({ untilMs: clock.nowMs })],
    ['ends-too-early', ({ clock }) => ({ fromMs: clock.nowMs + 10, untilMs: clock.nowMs + 10 })],
  ];
  it.each(refusals)('are refused: %s', async (reason, change) => {
    const { access, ada, fraud } = world;
    const good: Assignment = { role: 'viewer', principal: ada, scope: inProject(fraud), origin: 'test' };
    expect(await access.links.assign({ ...good, ...change(world) })).toEqual({ ok: false, reason });
    expect(await access.links.list({ state: 'all' })).toEqual([]);
  });

  it('are refused when the same is there already, and not when it ends at another time', async () => {
    const { access, ada, fraud, clock } = world;
    await world.assign('viewer', inProject(fraud));
    const again: Assignment = { role: 'viewer', principal: ada, scope: inProject(fraud), origin: 'test' };
    expect(await access.links.assign(again)).toEqual({ ok: false, reason: 'exists' });
    expect(await access.links.assign({ ...again, untilMs: clock.nowMs + 5 })).toMatchObject({ ok: true });
  });

  it('are refused on a model that has ended', async () => {
    const { access, ada, model } = world;
    await access.resources.end(model.id);
    const scope = { type: 'Model', id: model.id } as const;
    expect(await access.links.assign({ role: 'viewer', principal: ada, scope, origin: 'test' })).toEqual({
      ok: false,
      reason: 'scope-unknown',
    });
  });

  it('written within a transaction are there with it and gone without it', async () => {
    const { access, tables } = world;
    const scope = { type: 'Organization', id: organizationId } as const;
    const write = (fails: boolean) =>
      tables.transaction().execute(async (transaction) => {
        const id = newId('acc');
        const row = {
          id,
          kind: 'person',
          name: id,
          email: null,
          state: 'active',
          password_hash: null,
          created_at_ms: 0,
        } as const;
        await transaction.insertInto('accounts').values(row).execute();
        const assigned = await access.links
          .within(transaction)
          .assign({ role: 'platform-admin', principal: { kind: 'person', id }, scope, origin: 'first-administrator' });
        expect(assigned.ok).toBe(true);
        if (fails) throw new Error('the caller changed its mind');
      });
    await expect(write(true)).rejects.toThrow('changed its mind');
    expect(await access.links.list({ state: 'all' })).toEqual([]);
    await write(false);
    expect(await access.links.list()).toHaveLength(1);
  });
});
