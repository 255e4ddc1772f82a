import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { utf8 } from '@modelward/basics';
import { type AuditEvent, auditEvent } from '@modelward/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRefusalLog } from './refusal-log.ts';
import { newPlace, open, outcome, verifiedEntries } from './testing/logs.ts';
import { RecordUnavailable } from './unavailable.ts';

type Answer = 'taken' | RecordUnavailable | Error;

/** A log that keeps what it takes in memory, and answers as it is told. */
function createLog() {
  const events: AuditEvent[] = [];
  const faults: unknown[] = [];
  let nowMs = 1000;
  let answer: Answer = 'taken';
  const append = async (event: AuditEvent) => {
    auditEvent.parse(event);
    if (answer !== 'taken') throw answer;
    events.push(event);
    return { origin: 'modelward/test', index: events.length - 1 };
  };
  const log = createRefusalLog({ append, nowMs: () => nowMs, report: (fault) => faults.push(fault) });
  return {
    ...log,
    events,
    faults,
    answer: (next: Answer) => {
      answer = next;
    },
    /** So many refusals from one source, a millisecond apart. */
    refuse(times: number, { source = 'src_one', reason = 'token-missing' } = {}) {
      for (let count = 0; count < times; count += 1) {
        nowMs += 1;
        log.note({ requestId: 'req_one', interface: 'mlflow', source, reason });
      }
    },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('refusals of strangers', () => {
  it('are recorded one by one up to 20 a minute, then in one summary with count, first, last and reasons', async () => {
    const log = createLog();
    log.refuse(20);
    log.refuse(3, { reason: 'token-expired' });
    log.refuse(1);
    await log.flush();
    expect(log.events.slice(0, 20).every(({ type }) => type === 'refusal')).toBe(true);
    expect(log.events.slice(20)).toEqual([
      {
        type: 'refusal.summary',
        source: 'src_one',
        count: 4,
        firstMs: 1021,
        lastMs: 1024,
        reasons: { 'token-expired': 3, 'token-missing': 1 },
      },
    ]);
  });

  it('begin anew each minute, and a minute with none writes nothing', async () => {
    const log = createLog();
    log.refuse(25);
    await log.flush();
    await log.flush();
    log.refuse(5);
    await log.flush();
    expect(log.events).toHaveLength(21 + 5);
  });

  it('of one source do not hide those of another', async () => {
    const log = createLog();
    log.refuse(1000);
    log.refuse(1, { source: 'src_two' });
    await log.flush();
    expect(log.events.filter((event) => 'source' in event && event.source === 'src_two')).toHaveLength(1);
  });

  it('are counted exactly, whoever they come from: singly, by source, or together beyond the cap', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 1500 }), fc.integer({ min: 1, max: 60 })), { maxLength: 40 }),
        async (floods) => {
          const log = createLog();
          for (const [source, times] of floods) log.refuse(times, { source: `src_${source}` });
          await log.flush();
          const told = log.events.map((event) => (event.type === 'refusal.summary' ? event.count : 1));
          expect(told.reduce((sum, count) => sum + count, 0)).toBe(floods.reduce((sum, [, times]) => sum + times, 0));
        },
      ),
    );
  });

  it('from 100000 sources at once come to at most 301 entries of less than 100 kB', async () => {
    const log = createLog();
    for (let source = 0; source < 100_000; source += 1)
      log.refuse(1, { source: `src_${source}`, reason: `reason-${source % 40}` });
    await log.flush();
    expect(log.events.length).toBeLessThanOrEqual(301);
    expect(utf8(JSON.stringify(log.events)).length).toBeLessThan(100_000);
    const summed = log.events.flatMap((event) => (event.type === 'refusal.summary' ? [event.count] : []));
    expect(log.events.length - summed.length + summed.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });
});

describe('a log that does not take them', () => {
  it('because its disk is full is told their sum when it has room again', async () => {
    const log = createLog();
    log.answer(new RecordUnavailable('full'));
    log.refuse(30);
    await turn();
    await log.flush();
    log.answer('taken');
    await log.flush();
    expect(log.events).toMatchObject([{ type: 'refusal.summary', count: 30, firstMs: 1021 }]);
  });

  it('because it is late writes them all the same, and they are not counted again', async () => {
    const log = createLog();
    log.answer(new RecordUnavailable('deadline'));
    log.refuse(30);
    await turn();
    await log.flush();
    log.answer('taken');
    await log.flush();
    expect(log.events).toEqual([]);
  });

  it('for another reason has it reported, and neither stops nor delays who refuses', async () => {
    const log = createLog();
    log.refuse(1, { reason: 'a reason with spaces' });
    await turn();
    await log.flush();
    expect(log.faults).toHaveLength(1);
    log.refuse(1);
    await turn();
    expect(log.events).toHaveLength(1);
  });
});

describe('100000 anonymous requests', () => {
  it('grow a real record by less than 1 MB on disk, while others are served', async () => {
    const place = newPlace();
    const record = await open(place);
    const refusals = createRefusalLog({ append: record.append, nowMs: Date.now });
    const before = bytesIn(place.folder);
    for (let round = 0; round < 100; round += 1) {
      for (let count = 0; count < 1000; count += 1)
        refusals.note({
          requestId: 'req_one',
          interface: 'mlflow',
          source: `src_${count % 7}`,
          reason: 'token-missing',
        });
      await record.append(outcome(0));
      if (round % 10 === 0) await record.flush();
    }
    await refusals.flush();
    await record.flush();
    expect(bytesIn(place.folder) - before).toBeLessThan(1_000_000);
    await record.close();
    const entries = await verifiedEntries(place.folder, record.verifierKey);
    expect(entries.filter(({ type }) => type === 'outcome')).toHaveLength(100);
    const summed = entries.flatMap((entry) => (entry.type === 'refusal.summary' ? [entry.count] : []));
    expect(summed.reduce((sum, count) => sum + count, 0)).toBe(100_000 - 7 * 20);
  });
});

/** All files of a folder; two names of one file are counted once. */
function bytesIn(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = new Map(names.map((name) => statSync(join(folder, name))).map((stats) => [stats.ino, stats]));
  return [...files.values()].reduce((sum, stats) => sum + (stats.isFile() ? stats.size : 0), 0);
}
