import { readFile, writeFile } from 'node:fs/promises';
import type { AuditEvent } from '@modelward/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mostListedOpen } from './open-decisions.ts';
import { segmentFolder } from './recovery.ts';
import { listSegments } from './segments.ts';
import { copyPlace, decision, newPlace, open, outcome, type Place, reopened, requestsOf } from './testing/logs.ts';

/** One step of a history: so many entries at once of this size, then perhaps a publication or a clean restart. */
const step = fc.record({
  entries: fc.integer({ min: 1, max: 60 }),
  bytes: fc.constantFrom(1, 300, 9000),
  next: fc.constantFrom('nothing', 'publish', 'reopen', 'crash'),
});
const histories = fc.array(step, { minLength: 1, maxLength: 6 });

/** Sectors of the last group that the disk did not write, or bytes that a killed process did not. */
const tears = fc.array(fc.nat({ max: 400 }), { maxLength: 4 });

/** A disk that stops for ever at a group: the entries of that group are written, and nobody is told. */
function createDyingDisk() {
  let isDying = false;
  let onDead = (): void => undefined;
  const dead = new Promise<void>((resolve) => {
    onDead = resolve;
  });
  const sync = (): Promise<void> => {
    if (!isDying) return Promise.resolve();
    onDead();
    return new Promise(() => undefined);
  };
  const die = () => {
    isDying = true;
    return dead;
  };
  return { sync, die };
}

/** The last segment with sectors missing that were written after this place. */
async function tear(place: Place, after: number, lost: readonly number[]): Promise<void> {
  const last = (await listSegments(segmentFolder(place.folder))).at(-1)?.path ?? '';
  const bytes = await readFile(last);
  for (const sector of lost) {
    const start = (Math.floor(after / 512) + sector) * 512;
    bytes.fill(0, Math.min(Math.max(start, after), bytes.length), Math.min(Math.max(start + 512, after), bytes.length));
  }
  await writeFile(last, bytes);
}

/** Where the last byte stands in the last segment. */
async function usedBytes(place: Place): Promise<number> {
  const last = (await listSegments(segmentFolder(place.folder))).at(-1)?.path ?? '';
  return (await readFile(last)).findLastIndex((byte) => byte !== 0) + 1;
}

type Log = Awaited<ReturnType<typeof open>>;

function appendMany(record: Log, { from, entries, bytes }: { from: number; entries: number; bytes: number }) {
  return Array.from({ length: entries }, (_, at) =>
    record.append(decision(`n${from + at}`, { bundle: 'x'.repeat(bytes) })),
  );
}

describe('whatever is appended, and wherever a crash comes', () => {
  it('every acknowledged entry is there once, in order, and the whole log verifies', async () => {
    await fc.assert(
      fc.asyncProperty(histories, tears, async (history, lost) => {
        let place = newPlace();
        let disk = createDyingDisk();
        let record = await open(place, { sync: disk.sync });
        let count = 0;
        for (const { next, ...wanted } of history) {
          await Promise.all(appendMany(record, { from: count, ...wanted }));
          count += wanted.entries;
          if (next === 'publish') await record.flush();
          if (next === 'reopen') await record.close();
          if (next === 'crash') place = await copyPlace(place);
          if (next !== 'reopen' && next !== 'crash') continue;
          disk = createDyingDisk();
          record = await open(place, { sync: disk.sync });
        }
        const acknowledged = Array.from({ length: count }, (_, at) => `n${at}`);
        const after = await usedBytes(place);
        const dead = disk.die();
        for (const one of appendMany(record, { from: count, entries: 5, bytes: 700 })) one.catch(() => undefined);
        await dead;
        const left = await copyPlace(place);
        await tear(left, after, lost);
        const found = requestsOf(await reopened(left));
        expect(found.slice(0, count)).toEqual(acknowledged);
        // What was written and not acknowledged may be there, whole and in order, or not at all.
        expect([[], ['n0', 'n1', 'n2', 'n3', 'n4'].map((_, at) => `n${count + at}`)]).toContainEqual(
          found.slice(count),
        );
        expect(requestsOf(await reopened(left))).toEqual(found);
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});

describe('a start after a crash', () => {
  const unknownOf = async (place: Place) =>
    (await reopened(place)).flatMap((entry) => (entry.type === 'outcome.unknown' ? [entry.of] : []));

  async function crashedAfter(events: readonly AuditEvent[], options = {}): Promise<Place> {
    const place = newPlace();
    const record = await open(place, options);
    for (const event of events) await record.append(event);
    return copyPlace(place);
  }

  it('writes `outcome.unknown` for each allowed decision without an outcome, and for nothing else', async () => {
    const denied = decision('denied', { decision: 'deny' });
    const place = await crashedAfter([decision('one'), denied, decision('two'), decision('three'), outcome(3)]);
    expect(await unknownOf(place)).toEqual([1, 4]);
    expect(await unknownOf(place)).toEqual([1, 4]);
  });

  it('finds those from before the last heartbeat, and those of an earlier start that came no further', async () => {
    const place = newPlace();
    const first = await open(place, { heartbeatMs: 1 });
    await first.append(decision('long'));
    while (!(await hasBeat(first))) await new Promise(setImmediate);
    await first.append(decision('short'));
    const crashed = await copyPlace(place);
    // The second start is torn away behind its first record, which promises nothing about what was open.
    const disk = createDyingDisk();
    const dead = disk.die();
    open(crashed, { sync: disk.sync }).catch(() => undefined);
    await dead;
    const again = await copyPlace(crashed);
    expect([...(await unknownOf(again))].sort()).toEqual([1, expect.any(Number)]);
    await first.close();
  });

  async function hasBeat(record: Log): Promise<boolean> {
    return (await record.entries({ from: 2, limit: 5 })).some(({ entry }) => entry.type === 'log.heartbeat');
  }

  it('finds them behind a heartbeat that could not list them all', async () => {
    const place = newPlace();
    const record = await open(place, { heartbeatMs: 100 });
    const many = mostListedOpen + 50;
    await Promise.all(Array.from({ length: many }, (_, at) => record.append(decision(`n${at}`))));
    const beat = () => record.entries({ from: many + 1, limit: 5 });
    while (!(await beat()).some(({ entry }) => entry.type === 'log.heartbeat')) await new Promise(setImmediate);
    expect(await unknownOf(await copyPlace(place))).toHaveLength(many);
    await record.close();
  }, 60_000);

  it('has nothing to find after a clean stop, which says itself what it leaves open', async () => {
    const place = newPlace();
    const record = await open(place);
    await record.append(decision('open'));
    await record.close();
    expect(await unknownOf(place)).toEqual([1]);
  });
});
