import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@modelward/storage';
import { createWorld, defaultEngine, inProject, newId } from '../../services/access/src/testing/world.ts';

/*
 * `node tests/bench/links.ts [LINKS]`: the time of one decision over ten role links and over a million, on SQLite. Cold: the
 * facts come from the store. Warm: they are remembered.
 */

const many = Number(process.argv[2] ?? 1_000_000);
const engine = await defaultEngine();
const rows: [links: number, coldUs: number, warmUs: number][] = [];
for (const count of [10, many]) rows.push([count, ...(await measure(count))]);
for (const [count, coldUs, warmUs] of rows) {
  console.log(
    `${String(count).padStart(9)} links: ${coldUs.toFixed(0)} µs cold, ${warmUs.toFixed(1)} µs warm (median)`,
  );
}
const [[, cold0, warm0] = [0, 1, 1], [, cold1, warm1] = [0, 1, 1]] = rows;
console.log(`ratio: ${(cold1 / cold0).toFixed(2)} cold, ${(warm1 / warm0).toFixed(2)} warm`);

async function measure(count: number): Promise<[number, number]> {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-links-'));
  const database = await openDatabase({ kind: 'sqlite', file: join(folder, 'modelward.db') });
  const world = await createWorld(database, engine);
  const people = Array.from({ length: Math.min(1000, count) }, (_, at) => `acc_person${at}`);
  await world.tables.transaction().execute(async (tables) => {
    for (let at = 0; at < count; at += 500) {
      const links = Array.from({ length: Math.min(500, count - at) }, (_, more) => ({
        id: newId('lnk'),
        role: 'viewer',
        principal_kind: 'person' as const,
        // A tenth of all is of whoever asks: one who was given much is no slower.
        principal_id: more % 10 === 0 ? world.ada.id : (people[(at + more) % people.length] ?? ''),
        scope_type: 'Model' as const,
        scope_id: `res_model${at + more}`,
        from_ms: 0,
        until_ms: null,
        origin: 'bench',
        revoked_at_ms: null,
      }));
      await tables.insertInto('role_links').values(links).execute();
    }
  });
  await world.assign('viewer', inProject(world.fraud));
  const question = world.question({ action: 'model.read', on: world.model });
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < 600; round += 1) {
    // Whoever is written makes what is remembered of links be read anew.
    await world.tables.updateTable('role_links').set({ origin: 'bench' }).where('id', '=', 'none').execute();
    cold.push(await timed(question));
    warm.push(await timed(question));
  }
  await database.close();
  rmSync(folder, { recursive: true });
  return [median(cold), median(warm)];

  async function timed(asked: typeof question): Promise<number> {
    const startMs = performance.now();
    const { allowed } = await world.access.decide(asked);
    if (!allowed) throw new Error('the decision is no');
    return (performance.now() - startMs) * 1000;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
