import type { AuditEvent } from '@modelward/contract';
import { describe, expect, it } from 'vitest';
import {
  decision,
  newPlace,
  open,
  origin,
  outcome,
  readText,
  reopened,
  requestsOf,
  verifiedEntries,
} from './testing/logs.ts';
import { RecordUnavailable } from './unavailable.ts';

/** A disk that answers only when it is told to. */
function createSlowDisk() {
  const waiting: (() => void)[] = [];
  let isSlow = false;
  return {
    sync: () => (isSlow ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve()),
    slow: () => {
      isSlow = true;
    },
    wake: () => {
      isSlow = false;
      for (const resolve of waiting.splice(0)) resolve();
    },
    isAsked: () => waiting.length > 0,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

describe('an entry', () => {
  it('is acknowledged only when the disk has it, with its place in the log', async () => {
    const disk = createSlowDisk();
    const record = await open(newPlace(), { sync: disk.sync });
    disk.slow();
    let receipt: unknown;
    const appended = record.append(decision('one')).then((got) => {
      receipt = got;
    });
    await until(disk.isAsked);
    await turn();
    expect(receipt).toBeUndefined();
    expect(record.size()).toBe(1);
    expect(await record.entries({ from: 0, limit: 10 })).toHaveLength(1);
    disk.wake();
    await appended;
    expect(receipt).toEqual({ origin, index: 1 });
    expect(record.size()).toBe(2);
    await record.close();
  });

  it('is in the log as it was when it was handed in', async () => {
    const record = await open(newPlace());
    const reasons = ['first'];
    const appended = record.append(decision('one', { reasons }));
    reasons.push('second');
    const { index } = await appended;
    const [found] = await record.entries({ from: index, limit: 1 });
    expect(found?.entry).toEqual({
      v: 1,
      time: '2027-01-15T08:00:00.000Z',
      ...decision('one', { reasons: ['first'] }),
    });
    await record.close();
  });

  it('may carry any text, which stays one line of JSON', async () => {
    const place = newPlace();
    const record = await open(place);
    const nasty = 'a\u0000\u001b[2J\r\n"\\\u2028\u202e\ud83d\ude00';
    await record.append(decision('one', { bundle: nasty }));
    await record.close();
    const entries = await verifiedEntries(place.folder, record.verifierKey);
    expect(entries.find(({ type }) => type === 'decision')).toMatchObject({ bundle: nasty });
    expect(await readText(place.folder, 'tile/entries/000.p/4')).toContain(JSON.stringify(nasty));
  });

  it.each([
    ['holds a lone surrogate', decision('one', { bundle: 'a\ud800' })],
    ['is of no known kind', { type: 'surprise' } as unknown as AuditEvent],
    ['has a member too many', { ...decision('one'), extra: 1 } as AuditEvent],
    ['has an id with a line break', decision('one', { source: 'src_a\nb' })],
  ])('that %s is refused alone', async (_, event) => {
    const place = newPlace();
    const record = await open(place);
    const [, refused, last] = await Promise.allSettled([
      record.append(decision('before')),
      record.append(event),
      record.append(decision('after')),
    ]);
    expect(refused).toMatchObject({ status: 'rejected' });
    expect(last).toMatchObject({ status: 'fulfilled' });
    await record.close();
    expect(requestsOf(await verifiedEntries(place.folder, record.verifierKey))).toEqual(['before', 'after']);
  });

  it('has up to 65535 bytes, and one more is refused', async () => {
    const place = newPlace();
    const record = await open(place, { segmentBytes: 72 * 1024 });
    const { index } = await record.append(decision('sized', { bundle: '' }));
    const [small] = await record.entries({ from: index, limit: 1 });
    const room = 65_535 - Buffer.byteLength(JSON.stringify(small?.entry));
    const largest = await record.append(decision('sized', { bundle: 'x'.repeat(room) }));
    expect(largest.index).toBe(index + 1);
    await expect(record.append(decision('sized', { bundle: 'x'.repeat(room + 1) }))).rejects.toMatchObject({
      reason: 'too-large',
    });
    await expect(record.append(decision('sized', { bundle: 'é'.repeat(room / 2 + 1) }))).rejects.toBeInstanceOf(
      RecordUnavailable,
    );
    await record.close();
    expect(await reopened(place)).toHaveLength(8);
  });

  it('is never dated before the one before it, also when the clock is set back', async () => {
    const place = newPlace();
    let nowMs = 5000;
    const record = await open(place, { nowMs: () => nowMs });
    await record.append(decision('one'));
    nowMs = 1000;
    await record.append(decision('two'));
    await record.close();
    const again = await open(place, { nowMs: () => 0 });
    await again.append(decision('three'));
    await again.close();
    const times = (await verifiedEntries(place.folder, record.verifierKey)).map(({ time }) => Date.parse(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.every((time) => time === 5000)).toBe(true);
  });

  it('waits for nobody to come after it', async () => {
    const record = await open(newPlace());
    // Each append follows the one before in the same turn of the loop: the moment in which a writer would stop.
    let chained: Promise<unknown> = Promise.resolve();
    for (let count = 0; count < 500; count += 1) {
      chained = chained.then(() => record.append(outcome(0)));
      await chained;
    }
    expect(record.size()).toBe(501);
    await record.close();
  });
});

describe('a disk that is slow', () => {
  it('delays no answer beyond the deadline, and a decision that was not being written is not written at all', async () => {
    const place = newPlace();
    const disk = createSlowDisk();
    const record = await open(place, { sync: disk.sync, deadlineMs: 50 });
    disk.slow();
    const writing = record.append(decision('writing'));
    await until(disk.isAsked);
    const queued = [record.append(decision('queued')), record.append(outcome(0))];
    const late = await Promise.allSettled([writing, ...queued]);
    expect(late.map((one) => (one.status === 'rejected' ? one.reason.reason : one.value))).toEqual([
      'deadline',
      'deadline',
      'deadline',
    ]);
    expect(record.isWritable()).toBe(false);
    disk.wake();
    await record.close();
    const entries = await verifiedEntries(place.folder, record.verifierKey);
    // What happened is still told, and the decision that became durable too late has its outcome: nothing was done.
    expect(entries.map(({ type }) => type)).toEqual(['log.opened', 'decision', 'outcome', 'outcome', 'log.closed']);
    expect(requestsOf(entries)).toEqual(['writing']);
    expect(entries.filter(({ type }) => type === 'outcome')).toContainEqual(
      expect.objectContaining({ of: 1, status: 503, end: 'refused' }),
    );
  });

  it('is writable again once it answers', async () => {
    const disk = createSlowDisk();
    const record = await open(newPlace(), { sync: disk.sync, deadlineMs: 20 });
    disk.slow();
    await expect(record.append(decision('one'))).rejects.toMatchObject({ reason: 'deadline' });
    disk.wake();
    await record.append(decision('two'));
    expect(record.isWritable()).toBe(true);
    await record.close();
  });
});

describe('a disk that fails', () => {
  it('ends the log: nobody is acknowledged, now or later, and the process is told to end', async () => {
    const place = newPlace();
    const faults: unknown[] = [];
    let isBroken = false;
    const record = await open(place, {
      sync: () => (isBroken ? Promise.reject(new Error('EIO')) : Promise.resolve()),
      onFault: (fault) => faults.push(fault),
    });
    await record.append(decision('before'));
    isBroken = true;
    const failing = await Promise.allSettled([record.append(decision('one')), record.append(decision('two'))]);
    isBroken = false;
    const later = await Promise.allSettled([record.append(decision('three'))]);
    for (const one of [...failing, ...later]) expect(one).toMatchObject({ reason: { reason: 'closed' } });
    expect(faults).toHaveLength(1);
    expect(record.isWritable()).toBe(false);
    await record.close();
    expect(requestsOf(await reopened(place))).toContain('before');
  });
});

describe('two writers on one folder', () => {
  it('are one: the earlier acknowledges nothing more once the later has opened the log', async () => {
    const place = newPlace();
    const faults: unknown[] = [];
    const earlier = await open(place, { onFault: (fault) => faults.push(fault) });
    await earlier.append(decision('earlier'));
    const later = await open(place);
    await expect(earlier.append(decision('too-late'))).rejects.toMatchObject({ reason: 'closed' });
    expect(faults).toEqual([expect.objectContaining({ message: expect.stringContaining('only one may write it') })]);
    await later.append(decision('later'));
    await later.close();
    expect(requestsOf(await reopened(place))).toEqual(['earlier', 'later']);
  });
});

describe('a log that nothing happens to', () => {
  it('says each minute that it is there, and which requests are still open', async () => {
    const place = newPlace();
    const record = await open(place, { heartbeatMs: 5 });
    const { index } = await record.append(decision('long'));
    const beats = async () =>
      (await record.entries({ from: 0, limit: 100 })).filter(({ entry }) => entry.type === 'log.heartbeat');
    while ((await beats()).length < 3) await turn();
    expect((await beats()).at(-1)?.entry).toMatchObject({ open: [index] });
    await record.close();
  });

  it('closes once, however often it is told to', async () => {
    const place = newPlace();
    const record = await open(place);
    await Promise.all([record.close(), record.close()]);
    await expect(record.append(decision('late'))).rejects.toMatchObject({ reason: 'closed' });
    const entries = await verifiedEntries(place.folder, record.verifierKey);
    expect(entries.map(({ type }) => type)).toEqual(['log.opened', 'log.closed']);
  });

  it('cites the log that it continues, in its first record only', async () => {
    const place = newPlace();
    const previous = { origin: 'modelward/old', size: 3, root: 'AAAA' };
    await (await open(place, { previous })).close();
    await (await open(place, { previous })).close();
    const opened = (await reopened(place)).filter(({ type }) => type === 'log.opened');
    expect(opened).toEqual([expect.objectContaining({ previous }), ...opened.slice(1)]);
    expect(opened.slice(1).some((entry) => 'previous' in entry)).toBe(false);
  });
});
