import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8 } from '@modelward/basics';
import { verifyLog } from '@modelward/merkle';
import { describe, expect, it } from 'vitest';
import { sha256, verifyEd25519 } from './crypto.ts';
import { newPlace, open, outcome, verifiedEntries } from './testing/logs.ts';

describe('the published log', () => {
  it('follows what is durable by itself', async () => {
    const place = newPlace();
    const record = await open(place, { publishMs: 5 });
    await record.append(outcome(0));
    while (!existsSync(join(place.folder, 'tile/entries/000.p/2'))) await new Promise(setImmediate);
    await record.close();
  });

  it('can be verified by who holds an older checkpoint, after the partial tiles of it are gone', async () => {
    const place = newPlace();
    const record = await open(place);
    const grow = (count: number) => Promise.all(Array.from({ length: count }, () => record.append(outcome(0))));
    await grow(99);
    await record.flush();
    const note = record.checkpoint();
    await grow(400);
    await record.flush();
    expect(existsSync(join(place.folder, 'tile/entries/000.p'))).toBe(false);
    const read = async (path: string) => (path === 'checkpoint' ? utf8(note) : record.readPublished(path));
    const verified = await verifyLog({ read, verifierKey: record.verifierKey, sha256, verify: verifyEd25519 });
    expect(verified).toMatchObject({ ok: true, value: { size: 100 } });
    await record.close();
    expect(await verifiedEntries(place.folder, record.verifierKey)).toHaveLength(501);
  });

  it('keeps few files of a tile that grows, and every size of it can be verified all the same', async () => {
    const place = newPlace();
    const record = await open(place);
    const notes: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([record.append(outcome(0)), record.append(outcome(0))]);
      await record.flush();
      notes.push(record.checkpoint());
    }
    for (const level of ['0', 'entries'])
      expect((await readdir(join(place.folder, 'tile', level, '000.p'))).sort()).toEqual(['35', '37', '39', '41']);
    for (const note of notes) {
      const read = async (path: string) => (path === 'checkpoint' ? utf8(note) : record.readPublished(path));
      const verified = await verifyLog({ read, verifierKey: record.verifierKey, sha256, verify: verifyEd25519 });
      expect(verified.ok).toBe(true);
    }
    await record.close();
  });

  it.each([['../keys/log-signing.pem'], ['wal/0000000001'], ['tile/0/000/../000'], ['checkpoint.partial'], ['']])(
    'has no file `%s`',
    async (path) => {
      const record = await open(newPlace());
      expect(await record.readPublished(path)).toBeUndefined();
      await record.close();
    },
  );

  it('is read by index across what is on disk, on its way there, and in memory', async () => {
    const record = await open(newPlace());
    const written = await Promise.all(Array.from({ length: 700 }, (_, at) => record.append(outcome(at))));
    const publishing = record.flush();
    const during = await record.entries({ from: 0, limit: 1000 });
    await publishing;
    const after = await record.entries({ from: 0, limit: 1000 });
    expect(during).toEqual(after);
    expect(after.slice(1).map(({ index, entry }) => [index, 'of' in entry && entry.of])).toEqual(
      written.map(({ index }, at) => [index, at]),
    );
    expect(await record.entries({ from: 701, limit: 10 })).toEqual([]);
    await record.close();
  });
});
