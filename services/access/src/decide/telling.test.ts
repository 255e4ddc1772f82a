import type { Action } from '@modelward/contract';
import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { organizationId } from '../organization.ts';
import type { ResourceFacts } from '../resources/resource-store.ts';
import { createWorld, defaultEngine, inProject, type World } from '../testing/world.ts';
import type { ResourceRef } from './question.ts';

/* What a refusal tells: whether the thing is there. Nothing here is about SQL, so one database will do. */

let engine: PolicyEngine;
let database: Database;
let world: World;
let shown: { model: ResourceFacts; experiment: ResourceFacts };

beforeAll(async () => {
  engine = await defaultEngine();
  const [first] = databases;
  if (first === undefined) throw new Error('no database to test on');
  database = await first.open();
  world = await createWorld(database, engine);
  const projectId = world.open.id;
  shown = {
    model: await world.addLive({ type: 'Model', key: 'open.m', projectId }),
    experiment: await world.addLive({ type: 'Experiment', key: '2', projectId }),
  };
});
afterAll(() => database.close());

describe('what may be discovered', () => {
  it.each<[Action, (world: World) => ResourceRef, boolean]>([
    ['model.read', () => shown.model, true],
    ['run.create', () => shown.experiment, true],
    ['model.create', ({ open }) => inProject(open), true],
    ['experiment.create', ({ open }) => inProject(open), true],
    ['project.read', ({ open }) => inProject(open), true],
    ['model.read', ({ model }) => model, false],
    ['run.read', ({ run }) => run, false],
    ['model.create', ({ fraud }) => inProject(fraud), false],
    ['project.read', ({ fraud }) => inProject(fraud), false],
    ['audit.read', () => ({ type: 'Organization' }), true],
    ['account.manage', ({ ada }) => ({ type: 'Account', id: ada.id }), true],
    ['account.manage', ({ bob }) => ({ type: 'Account', id: bob.id }), false],
  ])('by anybody who asks for %s: %#', async (action, on, discoverable) => {
    expect(await world.decide({ action, on: on(world) })).toMatchObject({ allowed: false, discoverable, errors: [] });
  });

  it('by a reader of an unlisted project is all of it', async () => {
    const carl = await world.addAccount('person');
    await world.assign('viewer', inProject(world.fraud), { to: carl });
    for (const [action, on] of [
      ['model.delete', world.model],
      ['version.delete', world.version],
      ['run.update', world.run],
      ['experiment.create', inProject(world.fraud)],
    ] as const) {
      expect(await world.decide({ action, on, by: carl })).toMatchObject({ allowed: false, discoverable: true });
    }
  });

  it('by a token is what its scopes reach', async () => {
    const ask = { action: 'model.update', on: shown.model } as const;
    expect(await world.decide({ ...ask, scopes: ['version.read@open'] })).toMatchObject({ discoverable: true });
    for (const scopes of [[], ['run.read'], ['model.read@fraud'], ['account.read']]) {
      expect(await world.decide({ ...ask, scopes })).toMatchObject({ discoverable: false, remedies: [] });
    }
  });
});

describe('laws', () => {
  const anyAction = fc.constantFrom<Action>(
    'model.read',
    'model.create',
    'model.delete',
    'version.promote',
    'alias.set',
    'run.update',
    'experiment.discover',
    'token.read',
    'audit.read',
  );
  const anyScopes = fc.array(
    fc.constantFrom(
      '*.*',
      '*.read',
      'model.*',
      'model.read@open',
      '*.*@fraud',
      'alias.set',
      'run.*',
      'audit.read',
      'nonsense',
    ),
    { maxLength: 3 },
  );
  const anyOn = fc.constantFrom<(one: World) => ResourceRef>(
    () => ({ type: 'Organization' }),
    ({ fraud }) => inProject(fraud),
    ({ model }) => model,
    ({ version }) => version,
    ({ run }) => run,
    ({ ada }) => ({ type: 'Account', id: ada.id }),
    () => shown.model,
  );
  const anyLevel = fc.constantFrom('none' as const, 'aal2' as const);
  let askers: { kind: 'person'; id: string }[] = [];
  beforeAll(async () => {
    const roles = ['viewer', 'data-scientist', 'release-manager', 'platform-admin'];
    askers = (await Promise.all(roles.map(() => world.addAccount('person')))) as typeof askers;
    for (const [at, role] of roles.entries()) {
      const scope =
        role === 'platform-admin' ? ({ type: 'Organization', id: organizationId } as const) : inProject(world.fraud);
      await world.assign(role, scope, { to: askers[at] });
    }
  });
  const anyAsk = fc.record({ action: anyAction, on: anyOn, level: anyLevel, scopes: anyScopes, who: fc.nat(3) });

  it('scopes never widen: what a narrowed token may do and learn, its owner may', async () => {
    await fc.assert(
      fc.asyncProperty(anyAsk, async ({ scopes, who, on, ...ask }) => {
        const asked = { ...ask, on: on(world), by: askers[who] };
        const [narrowed, whole] = [await world.decide({ ...asked, scopes }), await world.decide(asked)];
        expect(whole.allowed || !narrowed.allowed).toBe(true);
        expect(whole.discoverable || !narrowed.discoverable).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
