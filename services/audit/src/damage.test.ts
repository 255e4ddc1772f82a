import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyPlace, decision, newPlace, open, outcome, type Place, reopened, verifiedEntries } from './testing/logs.ts';

/** A log that was killed: 300 entries published, 20 more only in the write-ahead segment. */
let killed: Place;
/** The same, an hour earlier. */
let older: Place;
let verifierKey = '';

beforeAll(async () => {
  const place = newPlace();
  const record = await open(place);
  verifierKey = record.verifierKey;
  const append = (from: number, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, at) => record.append(decision(`n${from + at}`, { decision: 'deny' }))),
    );
  await append(0, 200);
  await record.flush();
  older = await copyPlace(place);
  await append(200, 99);
  await record.flush();
  for (let at = 0; at < 20; at += 1) await append(300 + at, 1);
  killed = await copyPlace(place);
});

/** Flips one bit in the middle of a file. */
async function flip(...path: readonly string[]): Promise<void> {
  const file = join(...path);
  const bytes = await readFile(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  await rm(file, { force: true });
  await writeFile(file, bytes);
}

async function segmentOf({ folder }: Place): Promise<string> {
  const names = await readdir(join(folder, 'wal'));
  return join(folder, 'wal', names.find((name) => /^\d+$/.test(name)) ?? '');
}

/** Flips a bit at a part of what the segment holds, from 0 to 1. */
async function flipInSegment(place: Place, part: number): Promise<void> {
  const file = await segmentOf(place);
  const bytes = await readFile(file);
  const used = bytes.findLastIndex((byte) => byte !== 0);
  const at = Math.floor(used * part);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

describe('a start is refused, with the way out, when', () => {
  it.each<[string, (place: Place) => Promise<void>, RegExp]>([
    [
      'a bit of the checkpoint was changed',
      ({ folder }) => flip(folder, 'checkpoint'),
      /published checkpoint is refused/,
    ],
    [
      'a bit of the last tile was changed',
      ({ folder }) => flip(folder, 'tile/0/001.p/44'),
      /tiles do not give the root/,
    ],
    [
      'a bit of an upper tile was changed',
      ({ folder }) => flip(folder, 'tile/1/000.p/1'),
      /tiles do not give the root/,
    ],
    [
      'a bit of the last bundle was changed',
      ({ folder }) => flip(folder, 'tile/entries/001.p/44'),
      /does not hold the entries of its tile|missing or cut/,
    ],
    ['a bit of the segment was changed in its middle', (place) => flipInSegment(place, 0.5), /damaged at byte/],
    ['a bit of the last group was changed', (place) => flipInSegment(place, 0.9995), /damaged at byte/],
    ['a bit of the first group was changed', (place) => flipInSegment(place, 0.00001), /damaged at byte/],
    ['the last tile is gone', ({ folder }) => rm(join(folder, 'tile/0/001.p/44')), /missing or cut/],
    ['the last bundle is gone', ({ folder }) => rm(join(folder, 'tile/entries/001.p/44')), /missing or cut/],
    ['the checkpoint is gone', ({ folder }) => rm(join(folder, 'checkpoint')), /entries 0 to 200 are missing/],
    [
      'the whole record is gone and its keys are not',
      ({ folder }) => rm(folder, { recursive: true }),
      /an older state was put back/,
    ],
    [
      'everything but the tiles is gone',
      async ({ folder, keyFolder }) => {
        for (const gone of [join(folder, 'wal'), join(folder, 'checkpoint'), join(keyFolder, 'last-checkpoint')])
          await rm(gone, { recursive: true });
      },
      /there are tiles beyond the 0 entries/,
    ],
    [
      'an older state was put back, with its segments',
      async ({ folder }) => {
        await rm(folder, { recursive: true });
        await cp(older.folder, folder, { recursive: true });
      },
      /older state was put back/,
    ],
    [
      'an older checkpoint was put back, and the newer tiles were left',
      async ({ folder, keyFolder }) => {
        await cp(join(older.folder, 'checkpoint'), join(folder, 'checkpoint'));
        await cp(older.folder, folder, { recursive: true, force: false });
        await rm(join(folder, 'wal'), { recursive: true });
        await rm(join(keyFolder, 'last-checkpoint'));
      },
      /there are tiles beyond the 201 entries/,
    ],
    [
      'the copy of the last checkpoint is damaged',
      ({ keyFolder }) => flip(keyFolder, 'last-checkpoint'),
      /last-checkpoint` is damaged.*delete this file/,
    ],
    [
      'the copy of the last checkpoint is of nobody',
      ({ keyFolder }) => writeFile(join(keyFolder, 'last-checkpoint'), ''),
      /last-checkpoint` is damaged/,
    ],
    ['the signing key is gone', ({ keyFolder }) => rm(join(keyFolder, 'log-signing.pem')), /put the key back/],
    ['a bit of the signing key was changed', ({ keyFolder }) => flip(keyFolder, 'log-signing.pem'), /./],
    [
      'the signing key was cut',
      ({ keyFolder }) => truncate(join(keyFolder, 'log-signing.pem'), 20),
      /does not hold an Ed25519 key/,
    ],
  ])('%s', async (_, damage, message) => {
    const place = await copyPlace(killed);
    await damage(place);
    await expect(open(place)).rejects.toThrow(message);
    const folders = [place.folder, join(place.folder, 'wal')];
    const left = async () => (await Promise.all(folders.map((folder) => readdir(folder)))).flat();
    const before = await left();
    await expect(open(place)).rejects.toThrow(message);
    // A start that is refused leaves everything to be looked at, however often it is tried.
    expect(await left()).toEqual(before);
  });

  it('and it names the command that helps', async () => {
    const place = await copyPlace(killed);
    await flip(place.folder, 'checkpoint');
    await expect(open(place)).rejects.toThrow(/`npx modelward restore`, which opens a new log that cites this one/);
  });

  it('the log was rewritten with its own key', async () => {
    const place = await copyPlace(killed);
    const rewritten = newPlace();
    await cp(place.keyFolder, rewritten.keyFolder, { recursive: true });
    await rm(join(rewritten.keyFolder, 'last-checkpoint'));
    const record = await open(rewritten);
    await Promise.all(Array.from({ length: 299 }, () => record.append(outcome(0))));
    await record.flush();
    await record.close();
    await cp(join(place.keyFolder, 'last-checkpoint'), join(rewritten.keyFolder, 'last-checkpoint'));
    await expect(open(rewritten)).rejects.toThrow(/was rewritten/);
  });
});

describe('what a start does not read is caught by verifying', () => {
  it.each([['tile/0/000'], ['tile/entries/000']])('in %s', async (path) => {
    const place = await copyPlace(killed);
    await (await open(place)).close();
    await flip(place.folder, path);
    await expect(verifiedEntries(place.folder, verifierKey)).rejects.toThrow(
      '`tile/0/000` does not belong to these entries',
    );
  });
});

describe('a start goes on', () => {
  it('after a kill, with everything that was acknowledged', async () => {
    const entries = await reopened(await copyPlace(killed));
    expect(entries.filter(({ type }) => type === 'decision')).toHaveLength(319);
  });

  it('when a publication was cut off anywhere, for all of it is written again', async () => {
    const place = await copyPlace(killed);
    await writeFile(join(place.folder, 'tile/0/001.p/45.partial'), 'half');
    await writeFile(join(place.folder, 'checkpoint.partial'), 'half');
    expect((await reopened(place)).length).toBeGreaterThan(320);
  });

  it('under a new name with the same keys, as after a restore', async () => {
    const place = await copyPlace(killed);
    const record = await open({ ...place, folder: `${place.folder}-new` }, { origin: 'modelward/other' });
    await record.close();
    expect(await verifiedEntries(`${place.folder}-new`, record.verifierKey)).toHaveLength(2);
  });
});
