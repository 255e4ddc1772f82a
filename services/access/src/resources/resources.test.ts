import type { PolicyEngine } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, defaultEngine, type World } from '../testing/world.ts';
import type { NewResource } from './resources.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

describe.each(databases)('resources on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = await createWorld(database, engine);
  });
  afterEach(() => database.close());

  const wanted = ({ fraud, ada }: World, more: Partial<NewResource> = {}): NewResource => ({
    type: 'Model',
    key: 'fraud.new',
    projectId: fraud.id,
    ownerId: ada.id,
    producerId: ada.id,
    ...more,
  });

  it('are reserved, then confirmed, and found by key and by id', async () => {
    const { resources } = world.access;
    const reserved = await resources.reserve(wanted(world, { name: 'fraud.new' }));
    if (!reserved.ok) throw new Error(reserved.reason);
    const { resource, fresh } = reserved.value;
    expect(fresh).toBe(true);
    expect(resource).toMatchObject({
      key: 'fraud.new',
      name: 'fraud.new',
      stage: 'None',
      state: 'reserved',
      parentId: null,
    });
    expect(await resources.find('Model', 'fraud.new')).toEqual(resource);
    expect(await resources.confirm(resource.id)).toBe(true);
    expect(await resources.confirm(resource.id)).toBe(false);
    expect(await resources.findById(resource.id)).toEqual({ ...resource, state: 'live' });
    expect(await resources.find('Experiment', 'fraud.new')).toBeUndefined();
  });

  it('take the key and the owner that they are confirmed with', async () => {
    const { resources } = world.access;
    const reserved = await resources.reserve(
      wanted(world, { type: 'Experiment', key: 'name:fraud/a', name: 'fraud/a' }),
    );
    if (!reserved.ok) throw new Error(reserved.reason);
    expect(await resources.confirm(reserved.value.resource.id, { key: '7', ownerId: world.bob.id })).toBe(true);
    expect(await resources.find('Experiment', '7')).toMatchObject({ ownerId: world.bob.id, producerId: world.ada.id });
    expect(await resources.find('Experiment', 'name:fraud/a')).toBeUndefined();
    expect(await resources.findExperimentNamed('fraud/a')).toMatchObject({ key: '7' });
  });

  it('are not confirmed under a key that a living one has', async () => {
    const { resources } = world.access;
    const reserved = await resources.reserve(wanted(world, { type: 'Experiment', key: 'name:fraud/a' }));
    if (!reserved.ok) throw new Error(reserved.reason);
    expect(await resources.confirm(reserved.value.resource.id, { key: world.experiment.key })).toBe(false);
    expect(await resources.findById(reserved.value.resource.id)).toMatchObject({
      state: 'reserved',
      key: 'name:fraud/a',
    });
  });

  it('keep a reservation for the project that made it', async () => {
    const { resources } = world.access;
    const first = await resources.reserve(wanted(world));
    const again = await resources.reserve(wanted(world, { ownerId: world.bob.id }));
    expect(again).toEqual({ ok: true, value: { ...(first.ok && first.value), fresh: false } });
    expect(await resources.reserve(wanted(world, { projectId: world.open.id }))).toEqual({
      ok: false,
      reason: 'exists',
    });
  });

  it('refuse a name that lives', async () => {
    expect(await world.access.resources.reserve(wanted(world, { key: world.model.key }))).toEqual({
      ok: false,
      reason: 'exists',
    });
  });

  it('are one row when many reserve the name at once', async () => {
    const { resources } = world.access;
    const answers = await Promise.all(Array.from({ length: 24 }, () => resources.reserve(wanted(world))));
    const reserved = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
    expect(reserved).toHaveLength(24);
    expect(new Set(reserved.map(({ resource }) => resource.id)).size).toBe(1);
    expect(reserved.filter(({ fresh }) => fresh)).toHaveLength(1);
    const confirmed = await Promise.all(reserved.map(({ resource }) => resources.confirm(resource.id)));
    expect(confirmed.filter(Boolean)).toHaveLength(1);
    const rows = await world.tables.selectFrom('resources').select('id').where('key', '=', 'fraud.new').execute();
    expect(rows).toHaveLength(1);
  });

  it('give a reservation back, and leave one alone that was confirmed', async () => {
    const { resources } = world.access;
    const first = await resources.reserve(wanted(world));
    if (!first.ok) throw new Error(first.reason);
    await resources.release(first.value.resource.id);
    expect(await resources.find('Model', 'fraud.new')).toBeUndefined();
    const second = await resources.reserve(wanted(world));
    if (!second.ok) throw new Error(second.reason);
    expect(second.value.fresh).toBe(true);
    await resources.confirm(second.value.resource.id);
    await resources.release(second.value.resource.id);
    expect(await resources.find('Model', 'fraud.new')).toMatchObject({ state: 'live' });
  });

  it('end with all that lies in them, and their names are free', async () => {
    const { resources } = world.access;
    await resources.end(world.model.id);
    expect(await resources.findById(world.model.id)).toBeUndefined();
    expect(await resources.findById(world.version.id)).toBeUndefined();
    expect(await resources.findById(world.run.id)).toBeDefined();
    const again = await world.addLive({ type: 'Model', key: world.model.key });
    expect(again.id).not.toBe(world.model.id);
    await resources.end('res_none');
  });

  it('say of a model that it is in production while one of its versions is', async () => {
    const { resources } = world.access;
    const second = await world.addLive({ type: 'ModelVersion', key: 'fraud.scores/2', parentId: world.model.id });
    const stages = async () => {
      const [model, one, two] = await Promise.all(
        [world.model.id, world.version.id, second.id].map(resources.findById),
      );
      return [model?.stage, one?.stage, two?.stage];
    };
    // However the client spells it, policy compares one spelling.
    await resources.setStage({ id: world.version.id, stage: 'production' });
    expect(await stages()).toEqual(['Production', 'Production', 'None']);
    await resources.setStage({ id: second.id, stage: 'Production', archiveOthers: true });
    expect(await stages()).toEqual(['Production', 'Archived', 'Production']);
    await resources.end(second.id);
    expect(await stages()).toEqual(['None', 'Archived', undefined]);
  });

  it('agree on the stage of a model when its versions change at once', async () => {
    const { resources } = world.access;
    const versions = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        world.addLive({ type: 'ModelVersion', key: `fraud.scores/c${at}`, parentId: world.model.id }),
      ),
    );
    await Promise.all(versions.map(({ id }) => resources.setStage({ id, stage: 'Production' })));
    const [kept, ...others] = versions;
    await Promise.all([
      ...others.map(({ id }, at) => (at % 2 ? resources.end(id) : resources.setStage({ id, stage: 'Archived' }))),
    ]);
    expect(await resources.findById(world.model.id)).toMatchObject({ stage: 'Production' });
    await resources.setStage({ id: kept?.id ?? '', stage: 'None' });
    expect(await resources.findById(world.model.id)).toMatchObject({ stage: 'None' });
  });
});
