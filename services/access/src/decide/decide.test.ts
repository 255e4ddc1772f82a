import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { organizationId } from '../organization.ts';
import { createWorld, defaultEngine, inProject, type World } from '../testing/world.ts';
import type { AccessQuestion, ResourceRef } from './question.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

const organization = { type: 'Organization', id: organizationId } as const;

describe.each(databases)('a decision on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = await createWorld(database, engine);
  });
  afterEach(() => database.close());

  it('is no without a link, and the caller may not even know', async () => {
    const { model } = world;
    expect(await world.decide({ action: 'model.read', on: model })).toEqual({
      allowed: false,
      discoverable: false,
      refusedAction: 'model.read',
      reasons: ['no-permit'],
      errors: [],
      bundle: engine.bundle.digest,
      remedies: [],
      alternatives: [],
    });
  });

  it('is yes with a link of a role that permits, and cites it', async () => {
    const link = await world.assign('viewer', inProject(world.fraud));
    expect(await world.decide({ action: 'model.read', on: world.model })).toEqual({
      allowed: true,
      discoverable: true,
      reasons: [`viewer:${link.id}`],
      errors: [],
      bundle: engine.bundle.digest,
      remedies: [],
      alternatives: [],
    });
  });

  it.each(['Organization', 'Project', 'Model'] as const)('reaches a version from a link on its %s', async (type) => {
    const ids = { Organization: organizationId, Project: world.fraud.id, Model: world.model.id };
    await world.assign('viewer', { type, id: ids[type] });
    expect(await world.decide({ action: 'version.download', on: world.version })).toMatchObject({ allowed: true });
  });

  it('decides a logged model as a run of its experiment', async () => {
    const logged = await world.addLive({ type: 'LoggedModel', key: 'm-1', parentId: world.experiment.id });
    await world.assign('viewer', { type: 'Experiment', id: world.experiment.id });
    expect(await world.decide({ action: 'run.read', on: logged })).toMatchObject({ allowed: true });
    expect(await world.decide({ action: 'run.update', on: logged })).toMatchObject({ allowed: false, errors: [] });
  });

  it('follows a group, for as long as somebody is in it', async () => {
    const team = await world.addGroup(world.ada);
    await world.assign('viewer', inProject(world.fraud), { to: team });
    const ask = { action: 'model.read', on: world.model } as const;
    expect(await world.decide(ask)).toMatchObject({ allowed: true });
    expect(await world.decide({ ...ask, by: world.bob })).toMatchObject({ allowed: false });
    await world.tables.deleteFrom('group_members').where('account_id', '=', world.ada.id).execute();
    expect(await world.decide(ask)).toMatchObject({ allowed: false });
  });

  it('counts a link from its first millisecond and not at its last', async () => {
    const { clock } = world;
    const [fromMs, untilMs] = [clock.nowMs + 10, clock.nowMs + 20];
    await world.assign('viewer', inProject(world.fraud), { fromMs, untilMs });
    const seen: [number, boolean][] = [];
    for (const nowMs of [fromMs - 1, fromMs, untilMs - 1, untilMs]) {
      clock.nowMs = nowMs;
      seen.push([nowMs, (await world.decide({ action: 'model.read', on: world.model })).allowed]);
    }
    expect(seen).toEqual([
      [fromMs - 1, false],
      [fromMs, true],
      [untilMs - 1, true],
      [untilMs, false],
    ]);
  });

  it('is no as soon as the link is revoked', async () => {
    const link = await world.assign('viewer', inProject(world.fraud));
    await world.access.links.revoke(link.id);
    expect(await world.decide({ action: 'model.read', on: world.model })).toMatchObject({ allowed: false });
  });

  it.each(['suspended', 'invited'] as const)('is no for an account that is %s, before policy', async (state) => {
    const account = await world.addAccount('person', state);
    await world.assign('platform-admin', organization, { to: account });
    const answer = await world.decide({ action: 'model.read', on: world.model, by: account, level: 'aal2' });
    expect(answer).toMatchObject({ allowed: false, discoverable: false, reasons: [`account-${state}`], remedies: [] });
  });

  it('is no for an account that is not there, or is of another kind', async () => {
    const { ada, model } = world;
    for (const by of [
      { kind: 'person', id: 'acc_none' },
      { kind: 'service', id: ada.id },
    ] as const) {
      const answer = await world.decide({ action: 'model.read', on: model, by });
      expect(answer).toMatchObject({ allowed: false, discoverable: false, reasons: ['account-unknown'] });
    }
  });

  it('is no about what is not there, is another type than it says, or lies in what has ended', async () => {
    await world.assign('platform-admin', organization);
    const { model, version } = world;
    const missing: ResourceRef[] = [
      { type: 'Project', id: 'prj_none' },
      { type: 'Account', id: 'acc_none' },
      { ...model, id: 'res_none' },
      { ...model, type: 'Experiment' },
    ];
    for (const on of missing) {
      const answer = await world.decide({ action: 'project.read', on });
      expect(answer).toMatchObject({ allowed: false, discoverable: false, reasons: ['resource-unknown'] });
    }
    await world.tables.updateTable('resources').set({ ended_at_ms: 1 }).where('id', '=', model.id).execute();
    const orphan = await world.decide({ action: 'version.read', on: version });
    expect(orphan).toMatchObject({ allowed: false, discoverable: false, reasons: ['resource-unknown'] });
  });

  it('reads what policy goes by from the store, whatever the caller hands in', async () => {
    const { version, access } = world;
    await world.assign('release-manager', inProject(world.fraud));
    await access.resources.setStage({ id: version.id, stage: 'Production' });
    const answer = await world.decide({ action: 'alias.set', on: { ...version, stage: 'None' } });
    expect(answer).toMatchObject({
      allowed: false,
      reasons: ['production-alias-sign-in', 'unbound-production-alias'],
    });
  });

  it('keeps what is restricted to managed devices, and all that lies in it', async () => {
    const { version, model, access } = world;
    await world.assign('viewer', inProject(world.fraud));
    const download = { action: 'version.download', on: version, level: 'aal2' } as const;
    const managed = { device: { tier: 3, managed: true, compliant: true } };
    expect(await world.decide(download)).toMatchObject({ allowed: true });
    expect(await access.resources.classify({ id: model.id, sensitivity: 'restricted' })).toBe(true);
    expect(await access.resources.classify({ id: 'res_none', sensitivity: 'restricted' })).toBe(false);
    expect(await world.decide(download)).toMatchObject({ allowed: false, reasons: ['restricted-device'] });
    const question = { ...world.question(download), circumstances: managed };
    expect(await access.decide(question)).toMatchObject({ allowed: true });
    const unbound = { ...world.question({ ...download, level: 'none' }), circumstances: managed };
    expect(await access.decide(unbound)).toMatchObject({ allowed: false, reasons: ['unbound-restricted'] });
  });

  it('promotes for somebody who has just shown a passkey', async () => {
    await world.assign('release-manager', inProject(world.fraud));
    const question = world.question({ action: 'version.promote', on: world.version, level: 'aal2' });
    const seen = async (ageSeconds: number, phishingResistant: boolean) => {
      const authentication = { ...question.authentication, ageSeconds, phishingResistant };
      return (await world.access.decide({ ...question, authentication })).allowed;
    };
    expect([await seen(299, true), await seen(300, true), await seen(10, false)]).toEqual([true, false, false]);
  });

  it('gives nothing on a name that was ended and made again', async () => {
    const { model, access } = world;
    await world.assign('model-owner', { type: 'Model', id: model.id });
    expect(await world.decide({ action: 'model.update', on: model })).toMatchObject({ allowed: true });
    await access.resources.end(model.id);
    expect(await world.decide({ action: 'model.update', on: model })).toMatchObject({ reasons: ['resource-unknown'] });
    const again = await world.addLive({ type: 'Model', key: model.key });
    expect(await world.decide({ action: 'model.update', on: again })).toMatchObject({
      allowed: false,
      reasons: ['no-permit'],
    });
  });

  it('of several is yes only when each is, and names the first that is not', async () => {
    const { access, model, version, run } = world;
    await world.assign('viewer', inProject(world.fraud));
    const question = world.question({ action: 'model.read', on: model });
    const all = [
      { action: 'model.read', resource: model },
      { action: 'version.read', resource: version },
    ] as const;
    expect(await access.decide({ ...question, asked: all })).toMatchObject({ allowed: true });
    const some = [
      ...all,
      { action: 'run.update', resource: run },
      { action: 'model.delete', resource: model },
    ] as const;
    expect(await access.decide({ ...question, asked: some })).toMatchObject({
      allowed: false,
      discoverable: true,
      refusedAction: 'run.update',
    });
  });

  it('of nothing, or of too much, is no', async () => {
    const question = world.question({ action: 'model.read', on: world.model });
    expect(await world.access.decide({ ...question, asked: [] })).toMatchObject({
      allowed: false,
      reasons: ['nothing-asked'],
    });
    const asked = Array.from({ length: 257 }, () => ({ action: 'model.read', resource: world.model }) as const);
    expect(await world.access.decide({ ...question, asked })).toMatchObject({
      allowed: false,
      reasons: ['too-much-asked'],
    });
  });

  it('asked for a yes or no alone says no wherever it is no', async () => {
    const { access, model, run } = world;
    await world.assign('viewer', inProject(world.fraud));
    const question = world.question({ action: 'model.read', on: model });
    const allows = (...asked: AccessQuestion['asked']) => access.allows({ ...question, asked });
    const [read, update] = [
      { action: 'model.read', resource: model },
      { action: 'run.update', resource: run },
    ] as const;
    expect(await allows(read)).toBe(true);
    expect(await allows(read, update)).toBe(false);
    expect(await allows(read, { action: 'model.read', resource: undefined })).toBe(false);
    expect(await allows()).toBe(false);
    expect(await allows(...Array.from({ length: 257 }, () => read))).toBe(false);
    const stranger = { kind: 'service', id: world.ada.id } as const;
    expect(await access.allows({ ...question, principal: stranger })).toBe(false);
  });

  it('lets a data scientist with a token do the work of a day', async () => {
    await world.assign('data-scientist', inProject(world.fraud));
    const { fraud, experiment, run, model, version } = world;
    const day = [
      ['experiment.create', inProject(fraud)],
      ['run.create', experiment],
      ['run.update', run],
      ['artifact.write', run],
      ['model.create', inProject(fraud)],
      ['version.register', model],
      ['alias.set', version],
      ['version.download', version],
    ] as const;
    for (const [action, on] of day)
      expect({ action, ...(await world.decide({ action, on })) }).toMatchObject({ action, allowed: true });
    expect(await world.decide({ action: 'version.promote', on: version })).toMatchObject({
      allowed: false,
      reasons: ['production-promotion-sign-in', 'unbound-promotion'],
    });
  });
});
