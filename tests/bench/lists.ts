import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@modelward/storage';
import { createWorld, defaultEngine, inProject } from '../../services/access/src/testing/world.ts';

/*
 * `node tests/bench/lists.ts [MODELS]`: the time of a page of 50 models that somebody may read, from a million in a hundred
 * projects, on SQLite; over a role on one project, on all, and for what may only be known of.
 */

const count = Number(process.argv[2] ?? 1_000_000);
const folder = mkdtempSync(join(tmpdir(), 'modelward-lists-'));
const database = await openDatabase({ kind: 'sqlite', file: join(folder, 'modelward.db') });
const world = await createWorld(database, await defaultEngine());
const projects = await Promise.all(Array.from({ length: 100 }, (_, at) => world.addProject(`p${at}`)));
await world.tables.transaction().execute(async (tables) => {
  for (let at = 0; at < count; at += 500) {
    const rows = Array.from({ length: Math.min(500, count - at) }, (_, more) => {
      const project = projects[(at + more) % projects.length];
      return {
        id: `res_bench${at + more}`,
        type: 'Model' as const,
        key: `${project?.key}.m${String(at + more).padStart(8, '0')}`,
        name: null,
        project_id: project?.id ?? '',
        parent_id: null,
        owner_id: world.bob.id,
        producer_id: world.bob.id,
        stage: 'None',
        state: 'live' as const,
        created_at_ms: 0,
        ended_at_ms: null,
      };
    });
    await tables.insertInto('resources').values(rows).execute();
  }
});

const { asked: _, ...who } = world.question({ action: 'model.read', on: { type: 'Organization' } });
const [first, , , last] = projects;
if (first === undefined || last === undefined) throw new Error('there are no projects');

const one = await world.assign('viewer', inProject(projects[57] ?? first));
await measure('a role on one project of a hundred');
await world.assign('viewer', inProject(last));
await measure('a role on two');
await world.access.links.revoke(one.id);
await world.assign('viewer', { type: 'Organization', id: 'org_main' });
await measure('a role on everything');
await database.close();
rmSync(folder, { recursive: true });

async function measure(what: string): Promise<void> {
  const times: number[] = [];
  let after: string | undefined;
  for (let round = 0; round < 40; round += 1) {
    const startMs = performance.now();
    const page = await world.access.list({
      ...who,
      action: 'model.read',
      type: 'Model',
      limit: 50,
      ...(after && { after }),
    });
    times.push(performance.now() - startMs);
    if (page.resources.length !== 50) throw new Error(`a page of ${page.resources.length}`);
    after = page.next;
  }
  const sorted = times.toSorted((a, b) => a - b);
  console.log(
    `${what}: ${sorted[20]?.toFixed(1)} ms median, ${sorted[38]?.toFixed(1)} ms p95, for a page of 50 from ${count} models`,
  );
}
