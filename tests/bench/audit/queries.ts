import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecordIndex, type RecordQuery } from '@modelward/audit';
import type { AuditEntry } from '@modelward/contract';
import { openDatabase } from '@modelward/storage';
import { termsOf } from '../../../services/audit/src/query/entry-terms.ts';
import { createIndexWriteStore } from '../../../services/audit/src/query/index-write-store.ts';
import { actorOf, decisionAt, resourceOf } from './entries.ts';
import { machine, row } from './place.ts';

const origin = 'modelward/bench';
const startMs = Date.UTC(2026, 0, 1);
const stretch = 4096;
const runs = 20;

/** Entries are computed, so that no log of this size has to be written: what is measured is the index. */
const entryAt = (at: number): AuditEntry => ({
  v: 1,
  time: new Date(startMs + at * 100).toISOString(),
  ...decisionAt(at),
});

export async function benchQueries(count: number): Promise<void> {
  console.log(
    `\nQueries over ${count.toLocaleString('en')} indexed records on SQLite, 100 results at most, ${runs} runs each`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'modelward-bench-'));
  const file = join(folder, 'index.db');
  const database = await openDatabase({ kind: 'sqlite', file });
  await build(createIndexWriteStore(database.tables), count);
  row('on disk', `${Math.round(statSync(file).size / 1024 ** 2)} MB; ${machine()}`);
  const entries = async ({ from, limit }: { from: number; limit: number }) =>
    Array.from({ length: Math.min(limit, count - from) }, (_, next) => ({
      index: from + next,
      entry: entryAt(from + next),
    }));
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const index = createRecordIndex({ tables: database.tables, record: { origin, size: () => count, entries }, onFault });
  const day = 24 * 3600 * 1000;
  const middleMs = startMs + count * 50;
  const about = [resourceOf(12_345)];
  const queries: readonly (readonly [string, Partial<RecordQuery>])[] = [
    ['actor, resource and a day', { actor: [actorOf(12_345)], about, fromMs: middleMs, untilMs: middleMs + day }],
    ['actor and resource', { actor: [actorOf(12_345)], about }],
    ['actor', { actor: [actorOf(777)] }],
    ['resource', { about }],
    ['denied, of one actor', { actor: [actorOf(780)], outcome: ['deny'] }],
    ['a day', { fromMs: middleMs, untilMs: middleMs + day }],
    ['actor that never denied', { actor: [actorOf(777)], outcome: ['deny'] }],
  ];
  for (const [name, query] of queries) await measure(name, () => index.query({ limit: 100, ...query }));
  await index.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
}

async function build(store: ReturnType<typeof createIndexWriteStore>, count: number): Promise<void> {
  const startedMs = performance.now();
  await store.begin(origin);
  for (let from = 0; from < count; from += stretch) {
    const entries = Array.from({ length: Math.min(stretch, count - from) }, (_, next) => {
      const entry = entryAt(from + next);
      return { timeMs: Date.parse(entry.time), terms: termsOf(entry) };
    });
    await store.add(origin, { from, entries });
  }
  const took = (performance.now() - startedMs) / 1000;
  row('index built', `${took.toFixed(1)} s, ${Math.round(count / took).toLocaleString('en')}/s`);
}

async function measure(name: string, ask: () => Promise<{ readonly entries: readonly unknown[] }>): Promise<void> {
  const times: number[] = [];
  let found = 0;
  for (let run = 0; run < runs; run += 1) {
    const startedMs = performance.now();
    found = (await ask()).entries.length;
    times.push(performance.now() - startedMs);
  }
  times.sort((a, b) => a - b);
  row(name, `p50 ${(times[runs / 2] ?? 0).toFixed(1)} ms, max ${(times.at(-1) ?? 0).toFixed(1)} ms; ${found} found`);
}
