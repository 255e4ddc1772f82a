import type { PolicyEngine } from '@modelward/policy';
import { type Changes, type Database, sql } from '@modelward/storage';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createDecide } from '../decide/decide.ts';
import type { AccessQuestion } from '../decide/question.ts';
import { organizationId } from '../organization.ts';
import { createWorld, defaultEngine, inProject, type World } from '../testing/world.ts';
import { createFactStore } from './fact-store.ts';
import { createFacts } from './facts.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

const silent: Changes = { subscribe: () => () => {}, toldUpToMs: (nowMs) => nowMs };

describe.each(databases)('the facts of a decision on $name', ({ open }) => {
  let database: Database;
  let world: World;
  beforeEach(async () => {
    database = await open();
    world = await createWorld(database, engine);
  });
  afterEach(() => database.close());

  /** A decision point of its own, and how often it has read the store. */
  function counting(changes: Changes = database.changes) {
    let reads = 0;
    const tables = world.tables.withPlugin({
      transformQuery: ({ node }) => {
        reads += 1;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const facts = createFacts({ store: createFactStore(tables), changes });
    const decide = createDecide({ facts, engine, nowMs: () => world.clock.nowMs });
    return async (question: AccessQuestion) => {
      reads = 0;
      const { allowed, discoverable, reasons } = await decide(question);
      return { allowed, discoverable, reasons, reads };
    };
  }

  const readModel = () => world.question({ action: 'model.read', on: world.model });

  it('are read once for much as for little, and then remembered', async () => {
    await world.assign('viewer', inProject(world.fraud));
    const decide = counting();
    expect(await decide(readModel())).toMatchObject({ allowed: true, reads: 4 });
    expect(await decide(readModel())).toMatchObject({ allowed: true, reads: 0 });
    const asked = [world.version, world.run, world.experiment].flatMap((resource) =>
      Array.from({ length: 8 }, () => ({ action: 'model.read', resource }) as const),
    );
    expect(await decide({ ...readModel(), asked })).toMatchObject({ reads: 4 });
    expect(await decide({ ...readModel(), asked })).toMatchObject({ reads: 0 });
  });

  it('of what is hidden are read as often as of what is not there, whoever asked before', async () => {
    const decide = counting();
    const hidden = readModel();
    const missing = {
      ...hidden,
      asked: [{ action: 'model.read', resource: { ...world.model, id: 'res_none' } }],
    } as const;
    const unnamed = { ...hidden, asked: [{ action: 'model.read', resource: undefined }] } as const;
    const project = (id: string) =>
      ({ ...hidden, asked: [{ action: 'project.read', resource: { type: 'Project', id } }] }) as const;
    await world.assign('viewer', inProject(world.fraud), { to: world.bob });
    const told: unknown[] = [];
    for (const pass of ['cold', 'warm']) {
      for (const question of [hidden, missing, unnamed, project(world.fraud.id), project('prj_none')]) {
        const { allowed, discoverable, reads } = await decide(question);
        told.push({ pass, allowed, discoverable, reads });
      }
      await decide(world.question({ action: 'model.read', on: world.model, by: world.bob }));
    }
    const answers = (pass: string) =>
      Array.from({ length: 5 }, () => ({ pass, allowed: false, discoverable: false, reads: 4 }));
    expect(told).toEqual([...answers('cold'), ...answers('warm')]);
  });

  it('are read anew after each change, on the very next decision', async () => {
    const team = await world.addGroup(world.ada);
    const decide = counting();
    const allowed = async () => (await decide(readModel())).allowed;
    const { tables, ada, fraud, access } = world;
    const changes: [string, boolean, () => Promise<unknown>][] = [
      ['nothing yet', false, async () => {}],
      ['a role for the group', true, () => world.assign('viewer', inProject(fraud), { to: team })],
      ['out of the group', false, () => tables.deleteFrom('group_members').execute()],
      ['a role of their own', true, () => world.assign('viewer', inProject(fraud))],
      [
        'suspended',
        false,
        () => tables.updateTable('accounts').set({ state: 'suspended' }).where('id', '=', ada.id).execute(),
      ],
      ['active again', true, () => tables.updateTable('accounts').set({ state: 'active' }).execute()],
      ['revoked', false, async () => Promise.all((await access.links.list()).map(({ id }) => access.links.revoke(id)))],
      [
        'in a transaction',
        true,
        () =>
          tables
            .transaction()
            .execute((transaction) =>
              access.links
                .within(transaction)
                .assign({ role: 'viewer', principal: ada, scope: inProject(fraud), origin: 'test' }),
            ),
      ],
      ['ended', false, () => access.resources.end(world.model.id)],
    ];
    for (const [what, after, change] of changes) {
      await allowed();
      await change();
      expect({ what, allowed: await allowed() }).toEqual({ what, allowed: after });
    }
  });

  it('are not remembered when a change came while they were read', async () => {
    const link = await world.assign('viewer', inProject(world.fraud));
    const store = createFactStore(world.tables);
    let revoking = true;
    const facts = createFacts({
      changes: database.changes,
      store: {
        ...store,
        links: async (asked) => {
          const links = await store.links(asked);
          if (revoking) await world.access.links.revoke(link.id);
          revoking = false;
          return links;
        },
      },
    });
    const decide = createDecide({ facts, engine, nowMs: () => world.clock.nowMs });
    expect(await decide(readModel())).toMatchObject({ allowed: true });
    expect(await decide(readModel())).toMatchObject({ allowed: false });
  });

  it('are read anew when they are old, even without news', async () => {
    const link = await world.assign('viewer', inProject(world.fraud));
    const decide = counting(silent);
    expect(await decide(readModel())).toMatchObject({ allowed: true, reads: 4 });
    await world.access.links.revoke(link.id);
    world.clock.nowMs += 4_999;
    expect(await decide(readModel())).toMatchObject({ allowed: true, reads: 0 });
    world.clock.nowMs += 1;
    expect(await decide(readModel())).toMatchObject({ allowed: false, reads: 4 });
    world.clock.nowMs -= 10_000;
    expect(await decide(readModel())).toMatchObject({ reads: 4 });
  });

  it('are no ground for any answer once the news stays out', async () => {
    await world.assign('viewer', inProject(world.fraud));
    const lateMs = { by: 5_000 };
    const decide = counting({ ...silent, toldUpToMs: (nowMs) => nowMs - lateMs.by });
    expect(await decide(readModel())).toMatchObject({ allowed: true });
    lateMs.by = 5_001;
    expect(await decide(readModel())).toMatchObject({
      allowed: false,
      discoverable: false,
      reasons: ['facts-stale'],
      reads: 0,
    });
  });

  it('count a remembered link from its first millisecond and not at its end', async () => {
    const { clock } = world;
    const [fromMs, untilMs] = [clock.nowMs + 10, clock.nowMs + 20];
    await world.assign('viewer', inProject(world.fraud));
    await world.assign('data-scientist', inProject(world.fraud), { fromMs, untilMs });
    const decide = counting();
    const seen: [number, boolean, number][] = [];
    for (const nowMs of [clock.nowMs, fromMs - 1, fromMs, untilMs - 1, untilMs]) {
      clock.nowMs = nowMs;
      const { allowed, reads } = await decide(world.question({ action: 'experiment.update', on: world.experiment }));
      seen.push([nowMs, allowed, reads]);
    }
    expect(seen).toEqual([
      [fromMs - 10, false, 4],
      [fromMs - 1, false, 0],
      [fromMs, true, 0],
      [untilMs - 1, true, 0],
      [untilMs, false, 0],
    ]);
  });

  it('are found through an index over who and where, not by looking at all links', async () => {
    const plan: string[] = [];
    const explaining = world.tables.withPlugin({
      transformQuery: ({ node }) => Object.assign({}, node, { explain }),
      transformResult: async ({ result }) => {
        plan.push(...result.rows.flatMap((row) => Object.values(row).map(String)));
        return result;
      },
    });
    const explain = {
      kind: 'ExplainNode',
      // PostgreSQL reads a table that is as good as empty from end to end, unless that is made to look dear.
      options: (database.kind === 'sqlite' ? sql`query plan` : sql`costs off`).toOperationNode(),
    };
    if (database.kind === 'postgres') await sql`set enable_seqscan = off`.execute(world.tables);
    const asked = { principalIds: ['acc_1', 'grp_1'], scopeIds: [organizationId, 'prj_1'], nowMs: 1 };
    await createFactStore(explaining).links(asked);
    expect(plan.join(' ')).toMatch(/role_links_running.*principal_id.*scope_id/);
  });

  it('say the same as facts that are never remembered, whatever changes in whatever order', async () => {
    const remembering = counting();
    const { tables, access, ada, bob, fraud, model } = world;
    const team = await world.addGroup();
    const inTeam = { group_id: team.id, account_id: ada.id };
    const changes: Readonly<Record<string, () => Promise<unknown>>> = {
      join: () =>
        tables
          .insertInto('group_members')
          .values(inTeam)
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      leave: () => tables.deleteFrom('group_members').execute(),
      assign: () => access.links.assign({ role: 'viewer', principal: ada, scope: inProject(fraud), origin: 'test' }),
      assignTeam: () =>
        access.links.assign({
          role: 'model-owner',
          principal: team,
          scope: { type: 'Model', id: model.id },
          origin: 'test',
        }),
      assignAll: () =>
        access.links.assign({
          role: 'viewer',
          principal: bob,
          scope: { type: 'Organization', id: organizationId },
          origin: 'test',
        }),
      revoke: async () => Promise.all((await access.links.list()).map(({ id }) => access.links.revoke(id))),
      list: () => tables.updateTable('projects').set({ listed: 1 }).execute(),
      hide: () => tables.updateTable('projects').set({ listed: 0 }).execute(),
      promote: () => access.resources.setStage({ id: world.version.id, stage: 'Production' }),
      demote: () => access.resources.setStage({ id: world.version.id, stage: 'None' }),
      wait: async () => {
        world.clock.nowMs += 2_000;
      },
    };
    const questions = [ada, bob].flatMap((by) => [
      world.question({ action: 'model.read', on: model, by }),
      world.question({ action: 'version.delete', on: world.version, by }),
    ]);
    const anyChange = fc.constantFrom(...Object.keys(changes));
    await fc.assert(
      fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 8 }), async (names) => {
        for (const name of names) {
          await changes[name]?.();
          for (const question of questions) {
            const { reads: _, ...told } = await remembering(question);
            const { reads: __, ...afresh } = await counting()(question);
            expect({ names, ...told }).toEqual({ names, ...afresh });
            expect({ names, allowed: await world.access.allows(question) }).toEqual({ names, allowed: afresh.allowed });
          }
        }
      }),
      { numRuns: 8 },
    );
  });
});
