import type { Database } from '@modelward/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, granted, type World } from '../testing/world.ts';

describe.each(databases)('groups on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = createWorld(database);
  });
  afterEach(() => database.close());

  it('hold people and services, who may be in several', async () => {
    const [ops, team] = [granted(await world.groups.add('ops')), granted(await world.groups.add('team'))];
    expect(ops.id).toMatch(/^grp_[\w-]{22}$/);
    const job = granted(await world.accounts.addService({ name: 'job' }));
    const { account: ada } = granted(await world.accounts.addPerson({ name: 'ada' }));
    expect(await world.groups.addMember(team, job)).toEqual({ ok: true, value: { group: team, account: job } });
    await world.groups.addMember(team, ada);
    await world.groups.addMember(ops, ada);
    const member = ({ id, kind, name }: typeof ada) => ({ id, kind, name });
    expect(await world.groups.list()).toEqual([
      { ...ops, members: [member(ada)] },
      { ...team, members: [member(ada), member(job)] },
    ]);
    expect(await world.groups.of(ada.id)).toEqual([ops.id, team.id].sort());
    expect(await world.groups.find('team')).toEqual(team);
    expect(await world.groups.findById(ops.id)).toEqual(ops);
  });

  it('take members in and out once', async () => {
    const team = granted(await world.groups.add('team'));
    const job = granted(await world.accounts.addService({ name: 'job' }));
    expect(await world.groups.removeMember(team, job)).toEqual({ ok: false, reason: 'not-a-member' });
    expect(await world.groups.addMember(team, job)).toMatchObject({ ok: true });
    expect(await world.groups.addMember(team, job)).toEqual({ ok: false, reason: 'member-already' });
    expect(await world.groups.removeMember(team, job)).toMatchObject({ ok: true });
    expect(await world.groups.of(job.id)).toEqual([]);
    expect(await world.groups.addMember({ id: 'grp_none' }, job)).toEqual({ ok: false, reason: 'group-unknown' });
    expect(await world.groups.addMember(team, { id: 'acc_none' })).toEqual({ ok: false, reason: 'account-unknown' });
  });

  it('have one name each', async () => {
    const answers = await Promise.all([world.groups.add('team'), world.groups.add('team')]);
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'exists')).toHaveLength(1);
  });
});
