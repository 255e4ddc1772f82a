import type { Action } from '@modelward/contract';
import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { organizationId } from '../organization.ts';
import type { ResourceFacts } from '../resources/resource-store.ts';
import { createWorld, defaultEngine, inProject, type World } from '../testing/world.ts';
import type { ListedType } from './candidate-store.ts';
import { grantingOf } from './granting.ts';
import type { ListQuestion } from './list.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

describe.each(databases)('a list on $name', { timeout: 60_000 }, ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = await createWorld(database, engine);
  });
  afterEach(() => database.close());

  type Listing = Pick<ListQuestion, 'action' | 'type'> & Partial<ListQuestion>;
  const question = ({ action, type, ...more }: Listing): ListQuestion => {
    const { asked: _, ...who } = world.question({ action, on: { type: 'Organization' } });
    return { ...who, action, type, limit: 100, ...more };
  };
  /** All pages, one after the other. */
  async function listAll(listing: Listing): Promise<readonly string[]> {
    const keys: string[] = [];
    let after: string | undefined;
    do {
      const page = await world.access.list(question({ ...listing, ...(after === undefined ? {} : { after }) }));
      keys.push(...page.resources.map(({ key }) => key));
      after = page.next;
    } while (after !== undefined);
    return keys;
  }
  const addModels = (count: number, more: { projectId?: string; prefix?: string } = {}) =>
    Promise.all(
      Array.from({ length: count }, (_, at) =>
        world.addLive({
          type: 'Model',
          key: `${more.prefix ?? 'fraud'}.m${String(at).padStart(4, '0')}`,
          projectId: more.projectId ?? world.fraud.id,
        }),
      ),
    );

  it('is empty without a right', async () => {
    expect(await world.access.list(question({ action: 'model.read', type: 'Model' }))).toEqual({ resources: [] });
  });

  it('holds what a role reaches, in the order of the keys, page by page', async () => {
    await addModels(7);
    await addModels(3, { projectId: world.open.id, prefix: 'open' });
    await world.assign('viewer', inProject(world.fraud));
    const list = { action: 'model.read', type: 'Model' } as const;
    const first = await world.access.list(question({ ...list, limit: 3 }));
    expect(first.resources.map(({ key }) => key)).toEqual(['fraud.m0000', 'fraud.m0001', 'fraud.m0002']);
    const all = [
      'fraud.m0000',
      'fraud.m0001',
      'fraud.m0002',
      'fraud.m0003',
      'fraud.m0004',
      'fraud.m0005',
      'fraud.m0006',
      'fraud.scores',
    ];
    for (const limit of [1, 3, 8, 100]) expect(await listAll({ ...list, limit })).toEqual(all);
  });

  it('fills its pages over rows that are hidden, and tells nothing of them', async () => {
    await addModels(600);
    const models = await addModels(2, { prefix: 'fraud.z' });
    for (const { id } of models) await world.assign('viewer', { type: 'Model', id });
    await world.assign('viewer', inProject(world.open));
    const page = await world.access.list(question({ action: 'model.discover', type: 'Model', limit: 1 }));
    expect(page.resources.map(({ key }) => key)).toEqual(['fraud.z.m0000']);
    expect(await listAll({ action: 'model.discover', type: 'Model', limit: 1 })).toEqual([
      'fraud.z.m0000',
      'fraud.z.m0001',
    ]);
  });

  it('ends a page that would take too long, and goes on from there', async () => {
    await addModels(20);
    const rows = Array.from({ length: 5_200 }, (_, at) => ({
      id: `res_many${at}`,
      type: 'Model' as const,
      key: `fraud.a${String(at).padStart(5, '0')}`,
      name: null,
      project_id: world.fraud.id,
      parent_id: null,
      owner_id: world.bob.id,
      producer_id: world.bob.id,
      stage: 'None',
      state: 'live' as const,
      created_at_ms: 0,
      ended_at_ms: null,
    }));
    for (let at = 0; at < rows.length; at += 400) {
      await world.tables
        .insertInto('resources')
        .values(rows.slice(at, at + 400))
        .execute();
    }
    const last = await world.addLive({ type: 'Model', key: 'open.z', projectId: world.open.id });
    const page = await world.access.list(question({ action: 'model.discover', type: 'Model' }));
    expect(page).toEqual({ resources: [], next: expect.any(String) });
    expect(await listAll({ action: 'model.discover', type: 'Model' })).toEqual([last.key]);
  });

  it('is of one project or of one model when asked', async () => {
    await world.assign('viewer', { type: 'Organization', id: organizationId });
    await addModels(2, { projectId: world.open.id, prefix: 'open' });
    const other = await world.addLive({ type: 'ModelVersion', key: 'fraud.scores/2', parentId: world.model.id });
    const inOpen = { action: 'model.read', type: 'Model', within: { projectId: world.open.id } } as const;
    expect(await listAll(inOpen)).toEqual(['open.m0000', 'open.m0001']);
    const versions = { action: 'version.read', type: 'ModelVersion', within: { parentId: world.model.id } } as const;
    expect(await listAll(versions)).toEqual([world.version.key, other.key]);
    const none = { ...versions, within: { parentId: world.model.id, projectId: world.open.id } };
    expect(await listAll(none)).toEqual([]);
  });

  it('has nothing that is only reserved or has ended, and nothing for who is suspended', async () => {
    await world.assign('viewer', inProject(world.fraud));
    const by = { ownerId: world.bob.id, producerId: world.bob.id, projectId: world.fraud.id };
    await world.access.resources.reserve({ type: 'Model', key: 'fraud.reserved', ...by });
    const ended = await world.addLive({ type: 'Model', key: 'fraud.ended' });
    await world.access.resources.end(ended.id);
    expect(await listAll({ action: 'model.read', type: 'Model' })).toEqual([world.model.key]);
    await world.tables.updateTable('accounts').set({ state: 'suspended' }).where('id', '=', world.ada.id).execute();
    expect(await listAll({ action: 'model.read', type: 'Model' })).toEqual([]);
  });

  it('narrows to the scopes of a token', async () => {
    await world.assign('viewer', { type: 'Organization', id: organizationId });
    await addModels(2, { projectId: world.open.id, prefix: 'open' });
    const list = { action: 'model.read', type: 'Model' } as const;
    expect(await listAll({ ...list, scopes: ['model.read@open'] })).toEqual(['open.m0000', 'open.m0001']);
    expect(await listAll({ ...list, scopes: ['run.read'] })).toEqual([]);
  });

  it('is of an action that does not apply to the type, empty', async () => {
    await world.assign('platform-admin', { type: 'Organization', id: organizationId });
    expect(await listAll({ action: 'audit.read', type: 'Model' })).toEqual([]);
  });

  it('is everything that a check allows and nothing else, whatever the links', async () => {
    const team = await world.addGroup(world.ada);
    const projects = [world.fraud, world.open, await world.addProject('third')];
    const live: ResourceFacts[] = [world.model, world.version, world.experiment, world.run];
    for (const [at, { id: projectId, key }] of projects.entries()) {
      for (const name of ['a', 'b']) {
        const model = await world.addLive({ type: 'Model', key: `${key}.${name}`, projectId });
        const version = { type: 'ModelVersion', key: `${key}.${name}/1`, parentId: model.id, projectId } as const;
        const experiment = await world.addLive({ type: 'Experiment', key: `${at}${name}`, projectId });
        const run = {
          type: 'Run',
          key: `run${at}${name}`,
          parentId: experiment.id,
          projectId,
          ownerId: at ? world.ada.id : world.bob.id,
        } as const;
        live.push(model, await world.addLive(version), experiment, await world.addLive(run));
      }
    }
    const scopes = [
      { type: 'Organization' as const, id: organizationId },
      ...projects.map(inProject),
      ...live
        .filter(({ type }) => type === 'Model' || type === 'Experiment')
        .map(({ type, id }) => ({ type: type as 'Model', id })),
    ];
    const anyLink = fc.record({
      role: fc.constantFrom('viewer', 'data-scientist', 'model-owner', 'release-manager', 'platform-admin'),
      scope: fc.oneof(fc.constantFrom(...scopes.slice(0, 2)), fc.constantFrom(...scopes)),
      to: fc.constantFrom(world.ada, team, world.bob),
      fromMs: fc.constantFrom(0, world.clock.nowMs + 1),
    });
    const listings: readonly [Action, ListedType][] = [
      ['model.read', 'Model'],
      ['model.discover', 'Model'],
      ['version.download', 'ModelVersion'],
      ['experiment.discover', 'Experiment'],
      ['run.delete', 'Run'],
      ['run.read', 'Run'],
      ['alias.set', 'Model'],
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(anyLink, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), async (links, limit) => {
        const given = await Promise.all(
          links.map(({ role, scope, to, fromMs }) =>
            world.access.links.assign({ role, scope, principal: to, fromMs, origin: 'test' }),
          ),
        );
        for (const [action, type] of listings) {
          const checked: string[] = [];
          for (const on of live.filter((one) => one.type === type)) {
            if ((await world.decide({ action, on })).allowed) checked.push(on.key);
          }
          expect({ links, action, keys: [...(await listAll({ action, type, limit }))].sort() }).toEqual({
            links,
            action,
            keys: checked.sort(),
          });
        }
        await Promise.all(given.map((link) => link.ok && world.access.links.revoke(link.value.id)));
      }),
      { numRuns: 15 },
    );
  });
});

describe('what could permit', () => {
  it.each<[Action, string, boolean, readonly string[]]>([
    ['model.read', 'Model', false, ['model-owner', 'viewer']],
    ['model.discover', 'Model', true, ['security-admin', 'viewer']],
    ['version.promote', 'ModelVersion', false, ['platform-admin', 'release-manager']],
    ['model.read', 'Run', false, []],
  ])('%s on %s', (action, type, everywhere, some) => {
    const granting = grantingOf(engine.bundle, action, type);
    expect(granting.everywhere).toBe(everywhere);
    expect([...granting.roles]).toEqual(expect.arrayContaining([...some]));
    if (some.length === 0) expect([...granting.roles]).toEqual([]);
    expect(granting.roles).not.toContain('auditor');
  });
});
