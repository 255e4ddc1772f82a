import type { Action } from '@modelward/contract';
import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { organizationId } from '../organization.ts';
import type { ResourceFacts } from '../resources/resource-store.ts';
import { createWorld, defaultEngine, inProject, type World } from '../testing/world.ts';
import type { Remedy, ResourceRef } from './question.ts';

/* What a refusal tells: whether the thing is there, and what would help. Nothing here is about SQL, so one database will do. */

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

describe('a remedy', () => {
  it('is the least risky role that may be asked for and would allow it', async () => {
    const role = (name: string): Remedy[] => [
      { kind: 'role', role: name, scope: { type: 'Project', id: world.open.id, name: 'open' } },
    ];
    const remedyFor = async (action: Action, on: ResourceRef) =>
      (await world.decide({ action, on, level: 'aal1' })).remedies;
    expect(await remedyFor('model.read', shown.model)).toEqual(role('viewer'));
    expect(await remedyFor('model.create', inProject(world.open))).toEqual(role('data-scientist'));
    expect(await remedyFor('model.delete', shown.model)).toEqual(role('model-owner'));
  });

  it('is none where only roles help that nobody may ask for', async () => {
    expect(await world.decide({ action: 'audit.read', on: { type: 'Organization' } })).toMatchObject({
      discoverable: true,
      remedies: [],
    });
    expect(await world.decide({ action: 'role.assign', on: shown.model, level: 'aal1' })).toMatchObject({
      discoverable: true,
      remedies: [],
    });
  });

  it('is none for what the caller may not know of', async () => {
    expect(await world.decide({ action: 'model.read', on: world.model })).toMatchObject({
      discoverable: false,
      remedies: [],
    });
  });

  it('is the missing scope when policy allows and the token does not', async () => {
    const dora = await world.addAccount('person');
    await world.assign('data-scientist', inProject(world.fraud), { to: dora });
    const ask = { action: 'model.create', on: inProject(world.fraud), by: dora } as const;
    expect(await world.decide({ ...ask, scopes: ['model.read@fraud'] })).toMatchObject({
      allowed: false,
      discoverable: true,
      reasons: ['token-scope'],
      remedies: [{ kind: 'token-scope', scope: 'model.create@fraud' }],
    });
    expect(await world.decide({ ...ask, scopes: ['model.create@fraud'] })).toMatchObject({ allowed: true });
  });

  it('is to sign in when that is all that is missing', async () => {
    const erin = await world.addAccount('person');
    const organization = { type: 'Organization', id: organizationId } as const;
    await world.assign('auditor', organization, { to: erin });
    const ask = { action: 'audit.export', on: { type: 'Organization' }, by: erin } as const;
    expect(await world.decide(ask)).toMatchObject({ reasons: ['unbound-export'], remedies: [{ kind: 'sign-in' }] });
    expect(await world.decide({ ...ask, level: 'aal1' })).toMatchObject({ allowed: true });
    await world.assign('auditor', organization, { to: world.job });
    expect(await world.decide({ ...ask, by: world.job })).toMatchObject({ reasons: ['unbound-export'], remedies: [] });
  });

  it('of a token of one’s own is to sign in, and of somebody else’s there is none', async () => {
    const { ada, bob } = world;
    const own = { action: 'token.create', on: { type: 'Account', id: ada.id } } as const;
    expect(await world.decide(own)).toMatchObject({ allowed: false, remedies: [{ kind: 'sign-in' }] });
    expect(await world.decide({ ...own, level: 'aal1' })).toMatchObject({ allowed: true });
    expect(await world.decide({ ...own, on: { type: 'Account', id: bob.id }, level: 'aal1' })).toMatchObject({
      allowed: false,
      remedies: [],
    });
  });

  it('of two things in two projects is none, as no one role would do', async () => {
    const question = { ...world.question({ action: 'model.delete', on: shown.model }), scopes: undefined };
    const frank = await world.addAccount('person');
    await world.assign('viewer', { type: 'Organization', id: organizationId }, { to: frank });
    const asked = [shown.model, world.model].map((resource) => ({ action: 'model.delete', resource }) as const);
    const principal = { kind: 'person', id: frank.id } as const;
    expect(await world.access.decide({ ...question, principal, asked })).toMatchObject({
      allowed: false,
      discoverable: true,
      remedies: [],
    });
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
  const anyLevel = fc.constantFrom('none' as const, 'aal1' as const);
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
      { numRuns: 150 },
    );
  });

  it('a remedy that is followed helps', async () => {
    await fc.assert(
      fc.asyncProperty(anyAsk, async ({ scopes, who, on, ...ask }) => {
        const asked = { ...ask, on: on(world), by: askers[who], scopes };
        const { remedies, allowed } = await world.decide(asked);
        const [remedy] = remedies;
        if (remedy === undefined) return;
        expect(allowed).toBe(false);
        if (remedy.kind === 'token-scope') {
          const wider = [...scopes, ...remedies.flatMap((one) => (one.kind === 'token-scope' ? [one.scope] : []))];
          expect(await world.decide({ ...asked, scopes: wider })).toMatchObject({ allowed: true });
        } else if (remedy.kind === 'sign-in') {
          expect(await world.decide({ ...asked, level: 'aal1', scopes: undefined })).toMatchObject({ allowed: true });
        } else {
          const link = await world.assign(remedy.role, remedy.scope, { to: asked.by });
          expect(await world.decide(asked)).toMatchObject({ allowed: true });
          await world.access.links.revoke(link.id);
          expect(await world.decide(asked)).toMatchObject({ allowed: false });
        }
      }),
      { numRuns: 150 },
    );
  });
});
