import type { Action } from '@modelward/contract';
import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import type { Circumstances } from '../context/circumstances.ts';
import { createDecide } from '../decide/decide.ts';
import type { AccessDecision, AccessQuestion, ResourceRef } from '../decide/question.ts';
import { createFactStore } from '../facts/fact-store.ts';
import { createFacts } from '../facts/facts.ts';
import { limits } from '../limits.ts';
import { organizationId } from '../organization.ts';
import type { ResourceFacts } from '../resources/resource-store.ts';
import { createWorld, defaultEngine, inProject, type World } from '../testing/world.ts';
import type { Remedy } from './remedy.ts';
import { subsetsUpTo } from './subsets.ts';

/* What a refusal says would help. Nothing here is about SQL, so one database will do. */

let engine: PolicyEngine;
let database: Database;
let world: World;
let shown: { model: ResourceFacts; version: ResourceFacts; experiment: ResourceFacts };

beforeAll(async () => {
  engine = await defaultEngine();
  const [first] = databases;
  if (first === undefined) throw new Error('no database to test on');
  database = await first.open();
  world = await createWorld(database, engine);
  const projectId = world.open.id;
  const model = await world.addLive({ type: 'Model', key: 'open.m', projectId });
  const version = { type: 'ModelVersion', key: 'open.m/1', parentId: model.id, projectId } as const;
  shown = {
    model,
    version: await world.addLive(version),
    experiment: await world.addLive({ type: 'Experiment', key: '2', name: 'open/second', projectId }),
  };
});
afterAll(() => database.close());

const organization = { type: 'Organization', id: organizationId } as const;
const passkey = { kind: 'step-up', level: 'aal2', phishingResistant: true } as const;
/** A passkey sign-in of an hour ago. */
const resistant = { phishingResistant: true, ageSeconds: 3600 };

describe('a remedy', () => {
  const role = (name: string, on: { type: string; id: string }, called: string): Remedy => ({
    kind: 'role',
    role: name,
    scope: { type: on.type, id: on.id, name: called },
  });

  it('is the least risky role that may be asked for and would allow it, on the narrowest scope', async () => {
    const remedyFor = async (action: Action, on: ResourceRef) =>
      (await world.decide({ action, on, level: 'aal2' })).remedies;
    const project = { type: 'Project', id: world.open.id };
    expect(await remedyFor('model.read', shown.model)).toEqual([role('viewer', shown.model, 'open.m')]);
    expect(await remedyFor('version.read', shown.version)).toEqual([role('viewer', shown.model, 'open.m')]);
    expect(await remedyFor('experiment.read', shown.experiment)).toEqual([
      role('viewer', shown.experiment, 'open/second'),
    ]);
    expect(await remedyFor('model.create', inProject(world.open))).toEqual([role('data-scientist', project, 'open')]);
    expect(await remedyFor('model.delete', shown.model)).toEqual([role('model-owner', shown.model, 'open.m')]);
    expect(await remedyFor('version.promote', shown.version)).toEqual([
      passkey,
      role('release-manager', shown.model, 'open.m'),
    ]);
  });

  it('names no project that whoever asks may not know of', async () => {
    const gail = await world.addAccount('person');
    const { model } = world;
    await world.assign('viewer', { type: 'Model', id: model.id }, { to: gail });
    const ask = { by: gail, level: 'aal2', on: model } as const;
    const update = await world.decide({ action: 'model.update', ...ask });
    expect(update.remedies).toEqual([role('model-owner', model, 'fraud.scores')]);
    const create = await world.decide({ action: 'model.create', ...ask, on: inProject(world.fraud) });
    expect(create).toMatchObject({ discoverable: false, remedies: [], alternatives: [] });
  });

  it('is none where only roles help that nobody may ask for', async () => {
    for (const [action, on] of [
      ['audit.read', { type: 'Organization' }],
      ['role.assign', shown.model],
    ] as const) {
      expect(await world.decide({ action, on, level: 'aal2' })).toMatchObject({ discoverable: true, remedies: [] });
    }
  });

  it('is none for what the caller may not know of', async () => {
    expect(await world.decide({ action: 'model.read', on: world.model })).toMatchObject({
      discoverable: false,
      remedies: [],
      alternatives: [],
    });
  });

  it('is the missing scope when policy allows and the token does not, or a sign-in instead', async () => {
    const dora = await world.addAccount('person');
    await world.assign('data-scientist', inProject(world.fraud), { to: dora });
    const ask = { action: 'model.create', on: inProject(world.fraud), by: dora } as const;
    expect(await world.decide({ ...ask, scopes: ['model.read@fraud'] })).toMatchObject({
      allowed: false,
      discoverable: true,
      reasons: ['token-scope'],
      remedies: [{ kind: 'token-scope', scope: 'model.create@fraud' }],
      alternatives: [[{ kind: 'sign-in' }]],
    });
    expect(await world.decide({ ...ask, scopes: ['model.create@fraud'] })).toMatchObject({ allowed: true });
  });

  it('is a passkey when that is all that is missing, and nothing of the kind for a service', async () => {
    const erin = await world.addAccount('person');
    await world.assign('auditor', organization, { to: erin });
    const ask = { action: 'audit.export', on: { type: 'Organization' }, by: erin } as const;
    expect(await world.decide(ask)).toMatchObject({ reasons: ['unbound-export'], remedies: [passkey] });
    expect(await world.decide({ ...ask, level: 'aal2', proved: resistant })).toMatchObject({ allowed: true });
    await world.assign('auditor', organization, { to: world.job });
    expect(await world.decide({ ...ask, by: world.job })).toMatchObject({ reasons: ['unbound-export'], remedies: [] });
  });

  it('of a token of one’s own is to sign in, and of somebody else’s there is none', async () => {
    const { ada, bob } = world;
    const own = { action: 'token.create', on: { type: 'Account', id: ada.id } } as const;
    expect(await world.decide(own)).toMatchObject({ allowed: false, remedies: [{ kind: 'sign-in' }] });
    const others = await world.decide({ ...own, on: { type: 'Account', id: bob.id }, level: 'aal2' });
    expect(others).toMatchObject({ allowed: false, remedies: [] });
  });

  it('is a passkey for a promotion, and no less', async () => {
    const hugo = await world.addAccount('person');
    await world.assign('release-manager', inProject(world.fraud), { to: hugo });
    const ask = { action: 'version.promote', on: world.version, by: hugo } as const;
    expect(await world.decide(ask)).toMatchObject({ remedies: [passkey], alternatives: [] });
    expect(await world.decide({ ...ask, level: 'aal3' })).toMatchObject({ remedies: [{ ...passkey, level: 'aal3' }] });
  });

  it('never says that the risk is high, only what is to be done', async () => {
    const iris = await world.addAccount('person');
    await world.assign('viewer', inProject(world.fraud), { to: iris });
    const question = world.question({ action: 'model.read', on: world.model, by: iris, level: 'aal2' });
    const answer = await world.access.decide({ ...question, circumstances: { risk: 'high' } });
    expect(answer).toMatchObject({ reasons: ['high-risk'], remedies: [passkey], alternatives: [] });
    expect(JSON.stringify([answer.remedies, answer.alternatives])).not.toContain('risk');
  });

  it('is a managed device for what is restricted', async () => {
    const jo = await world.addAccount('person');
    await world.assign('viewer', inProject(world.fraud), { to: jo });
    const version = await world.addLive({ type: 'ModelVersion', key: 'fraud.scores/s', parentId: world.model.id });
    await world.access.resources.classify({ id: version.id, sensitivity: 'restricted' });
    const ask = { action: 'version.download', on: version, by: jo } as const;
    const device = { kind: 'device', need: 'managed' } as const;
    expect((await world.decide({ ...ask, level: 'aal2' })).remedies).toEqual([device]);
    expect((await world.decide(ask)).remedies).toEqual([{ kind: 'sign-in' }, device]);
  });

  it('is an approval of that very content for a service, and for whoever would gain', async () => {
    await world.assign('release-manager', inProject(world.fraud), { to: world.job });
    const promote = world.question({ action: 'version.promote', on: world.version, by: world.job, level: 'aal2' });
    const authentication = { ...promote.authentication, binding: 'mtls' } as const;
    const asked = { ...promote, authentication, circumstances: { contentDigest: 'sha256:1' } };
    const approval = { kind: 'approval', people: 1 };
    expect(await world.access.decide(asked)).toMatchObject({ allowed: false, remedies: [approval], alternatives: [] });
    const kim = await world.addAccount('person');
    await world.assign('security-admin', organization, { to: kim });
    const assign = world.question({
      action: 'role.assign',
      on: inProject(world.fraud),
      by: kim,
      level: 'aal2',
      proved: resistant,
    });
    const change = { gainerIds: [kim.id], soleAdministrator: false };
    expect(await world.access.decide({ ...assign, circumstances: { change } })).toMatchObject({
      reasons: ['self-gain'],
      remedies: [approval],
    });
    const alone = { change: { ...change, soleAdministrator: true } };
    expect(await world.access.decide({ ...assign, circumstances: alone })).toMatchObject({
      remedies: [passkey],
      alternatives: [[approval]],
    });
  });

  it('is to wait for a role that begins', async () => {
    const lee = await world.addAccount('person');
    const fromMs = world.clock.nowMs + 90_000;
    await world.assign('viewer', inProject(world.fraud), { to: lee });
    await world.assign('security-admin', organization, { to: lee, fromMs });
    const ask = { action: 'role.assign', on: world.model, by: lee, level: 'aal2', proved: resistant } as const;
    expect(await world.decide(ask)).toMatchObject({ remedies: [{ kind: 'time', fromMs }] });
    const unbound = await world.decide({ ...ask, level: 'none', proved: undefined });
    expect(unbound.remedies).toEqual([{ kind: 'time', fromMs }, passkey]);
  });

  it('of two things in two projects is one role that holds both, or none', async () => {
    const frank = await world.addAccount('person');
    await world.assign('viewer', organization, { to: frank });
    const principal = { kind: 'person', id: frank.id } as const;
    const ask = (action: Action) => {
      const asked = [shown.model, world.model].map((resource) => ({ action, resource }));
      return world.access.decide({ ...world.question({ action, on: shown.model }), principal, asked });
    };
    expect(await ask('model.delete')).toMatchObject({ allowed: false, discoverable: true, remedies: [] });
  });
});

describe('laws', () => {
  const roles = ['viewer', 'data-scientist', 'release-manager', 'deployer', 'model-owner'] as const;
  let askers: readonly { kind: 'person' | 'service'; id: string }[] = [];
  beforeAll(async () => {
    const people = await Promise.all(roles.map(() => world.addAccount('person')));
    const job = await world.addAccount('service');
    for (const [at, role] of roles.entries()) await world.assign(role, inProject(world.fraud), { to: people[at] });
    await world.assign('security-admin', organization, { to: people[2] });
    await world.assign('release-manager', inProject(world.fraud), { to: job });
    const later = { to: people[0], fromMs: world.clock.nowMs + 60_000 };
    await world.assign('security-admin', organization, later);
    await world.assign('model-owner', inProject(world.fraud), later);
    await world.access.resources.classify({ id: world.run.id, sensitivity: 'restricted' });
    askers = [...people, job];
  });

  const anyQuestion = fc.record({
    asked: fc.constantFrom<(one: World) => readonly [Action, ResourceRef]>(
      () => ['audit.export', { type: 'Organization' }],
      ({ fraud }) => ['model.create', inProject(fraud)],
      ({ fraud }) => ['role.assign', inProject(fraud)],
      ({ model }) => ['model.delete', model],
      ({ version }) => ['version.promote', version],
      ({ version }) => ['alias.set', version],
      ({ run }) => ['artifact.read', run],
      ({ run }) => ['run.update', run],
      ({ ada }) => ['token.create', { type: 'Account', id: ada.id }],
      () => ['model.read', shown.model],
      () => ['version.promote', shown.version],
    ),
    who: fc.nat(roles.length),
    level: fc.constantFrom('none' as const, 'aal1' as const, 'aal2' as const),
    binding: fc.constantFrom(undefined, 'dpop' as const),
    phishingResistant: fc.boolean(),
    ageSeconds: fc.constantFrom(10, 1000),
    scopes: fc.option(
      fc.array(fc.constantFrom('*.*', '*.read', 'model.*', 'model.read@open', 'alias.set', 'nonsense'), {
        maxLength: 2,
      }),
      { nil: undefined },
    ),
    circumstances: fc.record<Circumstances>({
      risk: fc.constantFrom(undefined, undefined, 'low', 'high'),
      contentDigest: fc.constantFrom(undefined, 'sha256:1'),
      device: fc.constantFrom(undefined, { tier: 3, managed: true, compliant: true }),
      change: fc
        .boolean()
        .map((gains) => (gains ? { gainerIds: askers.map(({ id }) => id), soleAdministrator: false } : undefined)),
    }),
  });
  type Any = typeof anyQuestion extends fc.Arbitrary<infer Value> ? Value : never;

  function questionOf({ asked, who, scopes, circumstances, ...authentication }: Any): AccessQuestion {
    const [action, on] = asked(world);
    const question = world.question({ action, on, by: askers[who] });
    return { ...question, authentication: { credential: 'any', ...authentication }, scopes, circumstances };
  }

  /** The answer when each of these is really so: a role is given, the clock is moved. */
  async function decideWith(question: AccessQuestion, remedies: readonly Remedy[]): Promise<AccessDecision> {
    const { principal } = question;
    const startMs = world.clock.nowMs;
    const given: string[] = [];
    let asked = question;
    for (const remedy of remedies) {
      if (remedy.kind === 'time') world.clock.nowMs = remedy.fromMs;
    }
    for (const remedy of remedies) {
      if (remedy.kind === 'role') {
        const { type, id } = remedy.scope;
        given.push((await world.assign(remedy.role, { type: type as 'Project', id }, { to: principal })).id);
      } else asked = changed(asked, remedy);
    }
    const answer = await world.access.decide(asked);
    await Promise.all(given.map(world.access.links.revoke));
    world.clock.nowMs = startMs;
    return answer;
  }

  function changed(question: AccessQuestion, remedy: Exclude<Remedy, { kind: 'role' }>): AccessQuestion {
    const { authentication, circumstances, scopes } = question;
    const session = { credential: 'password-session', binding: 'session', ageSeconds: 0 } as const;
    const unbound = authentication.level === 'none';
    switch (remedy.kind) {
      case 'sign-in':
        return { ...question, authentication: { ...session, level: 'aal2' }, scopes: undefined };
      case 'step-up': {
        const { level, phishingResistant } = remedy;
        if (unbound)
          return { ...question, authentication: { ...session, level, phishingResistant }, scopes: undefined };
        return { ...question, authentication: { ...authentication, level, phishingResistant, ageSeconds: 0 } };
      }
      case 'device': {
        const managed = remedy.need === 'managed';
        const device = { tier: managed ? 3 : 2, managed, compliant: managed };
        return { ...question, circumstances: { ...circumstances, device } };
      }
      case 'token-scope':
        return { ...question, scopes: [...(scopes ?? []), remedy.scope] };
      case 'approval': {
        const digest = circumstances?.contentDigest ?? '';
        return { ...question, circumstances: { ...circumstances, approvals: { people: 1, disinterested: 1, digest } } };
      }
      case 'time':
        return question;
    }
  }

  const seen = { refused: 0, sets: 0, kinds: new Set<string>() };

  it('a set that is followed allows, and no part of it does', async () => {
    await fc.assert(
      fc.asyncProperty(anyQuestion, async (any) => {
        const question = questionOf(any);
        const { allowed, remedies, alternatives } = await world.access.decide(question);
        const sets = remedies.length === 0 ? [] : [remedies, ...alternatives];
        if (allowed) expect(sets).toEqual([]);
        else seen.refused += 1;
        for (const set of sets) {
          seen.sets += 1;
          for (const { kind } of set) seen.kinds.add(kind);
          expect(set.length).toBeLessThanOrEqual(limits.changesInASet);
          expect({ set, ...(await decideWith(question, set)) }).toMatchObject({ set, allowed: true });
          for (const part of subsetsUpTo(set, set.length - 1)) {
            expect({ part, ...(await decideWith(question, part)) }).toMatchObject({ part, allowed: false });
          }
        }
      }),
      { numRuns: 600 },
    );
    expect(seen.sets).toBeGreaterThan(40);
    expect([...seen.kinds].toSorted()).toEqual([
      'approval',
      'device',
      'role',
      'sign-in',
      'step-up',
      'time',
      'token-scope',
    ]);
  }, 120_000);

  it('no refusal is decided again more often than the limit says', async () => {
    let decided = 0;
    const counting: PolicyEngine = {
      ...engine,
      decide: (question) => {
        decided += 1;
        return engine.decide(question);
      },
    };
    const facts = createFacts({ store: createFactStore(world.tables), changes: database.changes });
    const decide = createDecide({ facts, engine: counting, nowMs: () => world.clock.nowMs });
    let most = 0;
    await fc.assert(
      fc.asyncProperty(anyQuestion, fc.integer({ min: 1, max: 20 }), async (any, times) => {
        const question = questionOf(any);
        const asked = Array.from({ length: times }, () => question.asked).flat();
        decided = 0;
        await decide({ ...question, asked });
        // Each thing asked is judged once, and its discovery with at most four signs; twice where it is hidden.
        most = Math.max(most, decided - 2 * times * 5);
        expect(most).toBeLessThanOrEqual(limits.redecisions);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
