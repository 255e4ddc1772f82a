import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyRecord } from './copy-record.ts';
import { decision, newPlace, open, requestsOf, verifiedEntries } from './testing/logs.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a copy of the record', () => {
  it('taken while the log is written is whole, and holds all that was acknowledged before', async () => {
    const place = newPlace();
    const record = await open(place, { publishMs: 5, segmentBytes: 96 * 1024 });
    let isCopying = true;
    let count = 0;
    const work = async () => {
      while (isCopying) {
        count += 1;
        await record.append(decision(`n${count}`));
      }
    };
    const working = Promise.all(Array.from({ length: 8 }, work));
    for (let copies = 0; copies < 15; copies += 1) {
      const before = record.size();
      const to = newPlace().folder;
      const note = await copyRecord({ from: place.folder, to, verifierKey: record.verifierKey });
      const entries = await verifiedEntries(to, record.verifierKey);
      expect(entries.length).toBeGreaterThanOrEqual(before);
      expect(note.split('\n')[1]).toBe(String(entries.length));
      await turn();
    }
    isCopying = false;
    await working;
    await record.close();
  }, 60_000);

  it('can be taken before anything was published, and of a log that is closed', async () => {
    const place = newPlace();
    const record = await open(place);
    await record.append(decision('one'));
    const [early, late] = [newPlace().folder, newPlace().folder];
    await copyRecord({ from: place.folder, to: early, verifierKey: record.verifierKey });
    expect(requestsOf(await verifiedEntries(early, record.verifierKey))).toEqual(['one']);
    await record.close();
    await copyRecord({ from: place.folder, to: late, verifierKey: record.verifierKey });
    expect(await verifiedEntries(late, record.verifierKey)).toHaveLength(4);
  });

  it('is refused when the log is not whole, so that nobody relies on it', async () => {
    const place = newPlace();
    const record = await open(place);
    await record.append(decision('one'));
    await record.close();
    const damaged = newPlace().folder;
    await cp(place.folder, damaged, { recursive: true });
    await rm(join(damaged, 'tile/0/000.p/4'));
    const copied = copyRecord({ from: damaged, to: newPlace().folder, verifierKey: record.verifierKey });
    await expect(copied).rejects.toThrow(/is missing from the record/);
  });
});
