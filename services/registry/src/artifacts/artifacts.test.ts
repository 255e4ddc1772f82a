import { createHash } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, furnish } from '../testing/world.ts';
import { createBlobs } from './blobs.ts';

const none = '0'.repeat(32);
const prefix = '/mlflow-artifacts/artifacts';
const first = databases[0] as (typeof databases)[number];
const digestOf = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

async function* partsThenCut(parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
  throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}

async function* pieces(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(size, at % 251);
}

async function furnished({ open }: Pick<(typeof databases)[number], 'open'>) {
  const world = createWorld(await open());
  return { ...world, made: await furnish(world), close: () => world.database.close() };
}

describe.each(databases)('artifacts on $name', ({ open }) => {
  it('come back as they were sent, whole or in part, under their own name', async () => {
    const { send, made, close } = await furnished({ open });
    const file = `${prefix}/${made.root}/deep/er/r%C3%A9sum%C3%A9%20(1).bin`;
    expect(await send(`PUT ${file}`, { body: pieces(40, 65_536) })).toMatchObject({ status: 200 });
    const whole = await send(`GET ${file}`);
    expect(whole.headers).toMatchObject({
      'content-length': String(40 * 65_536),
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="r_sum_ _1_.bin"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%281%29.bin`,
      etag: `"${digestOf(whole.body)}"`,
    });
    const [first, second] = [whole.body[65_535], whole.body[65_536]];
    const part = await send(`GET ${file}`, { headers: { range: 'bytes=65535-65536' } });
    expect([part.status, ...part.body]).toEqual([206, first, second]);
    expect((await send(`GET ${file}`, { headers: { 'if-none-match': String(whole.headers.etag) } })).status).toBe(304);
    await close();
  });

  it('of the same bytes are one file, private, on two paths; taking one path away leaves the other', async () => {
    const { send, made, blobs, blobFolder, close } = await furnished({ open });
    const before = blobs().length;
    for (const name of ['a', 'b']) await send(`PUT ${prefix}/${made.root}/${name}`, { body: Buffer.from('same') });
    expect(blobs().length).toBe(before + 1);
    const place = join(blobFolder, digestOf('same').slice(0, 2), digestOf('same'));
    expect(statSync(place).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(place)).mode & 0o777).toBe(0o700);
    expect(statSync(blobFolder).mode & 0o777).toBe(0o700);
    await send(`DELETE ${prefix}/${made.root}/a`);
    expect((await send(`GET ${prefix}/${made.root}/a`)).status).toBe(404);
    expect(String((await send(`GET ${prefix}/${made.root}/b`)).body)).toBe('same');
    await close();
  });

  it.each([
    ['a file where a folder is', 'notes'],
    ['a folder where a file is', 'notes/a.txt/b'],
  ])('refuse %s', async (_, path) => {
    const { send, made, rows, close } = await furnished({ open });
    const before = await rows();
    const answer = await send(`PUT ${prefix}/${made.root}/${path}`, { body: Buffer.from('x') });
    expect([answer.status, answer.json.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
    expect(await rows()).toEqual(before);
    await close();
  });

  it('of a client that goes away half-way leave nothing behind', async () => {
    const { send, made, rows, blobs, close } = await furnished({ open });
    const [rowsBefore, blobsBefore] = [await rows(), blobs()];
    const line = `PUT ${prefix}/${made.root}/cut`;
    await expect(send(line, { body: partsThenCut(['half of ', 'it']) })).rejects.toThrow('aborted');
    const gone = new AbortController();
    const body = (async function* () {
      yield Buffer.from('half');
      gone.abort();
      yield Buffer.from('more');
    })();
    await expect(send(line, { body, signal: gone.signal })).rejects.toThrow();
    const short = await send(line, { body: Buffer.from('four'), headers: { 'content-length': '5' } });
    expect([short.status, short.json.error_code]).toEqual([400, 'BAD_REQUEST']);
    expect(await rows()).toEqual(rowsBefore);
    expect(blobs()).toEqual(blobsBefore);
    await close();
  });

  it('that find the disk full are refused in plain words, and the client is heard out', async () => {
    const database = await open();
    const full = createWorld(database);
    const made = await furnish(full);
    // /dev/full is a disk without room: every write to it fails with ENOSPC.
    const openNew = (_: string) => openFile('/dev/full', 'w');
    const blobs = createBlobs({ folder: full.blobFolder, newName: () => 'upload', openNew });
    const world = { ...createWorld(database, { blobs }), made };
    const before = await world.rows();
    let sent = 0;
    let isClosed = false;
    const upload = async function* (count: number) {
      try {
        for await (const part of pieces(count, 1024 * 1024)) {
          sent += 1;
          yield part;
        }
      } finally {
        isClosed = true;
      }
    };
    const answer = await world.send(`PUT ${prefix}/${made.root}/big`, { body: upload(8) });
    expect([answer.status, answer.json.error_code]).toEqual([507, 'RESOURCE_EXHAUSTED']);
    expect(answer.json.message).toContain('tell an administrator');
    expect(await world.rows()).toEqual(before);
    expect(sent).toBe(8);
    // One that does not end is not heard for ever.
    sent = 0;
    await world.send(`PUT ${prefix}/${made.root}/endless`, { body: upload(10_000) });
    expect({ isBounded: sent < 80, isClosed }).toEqual({ isBounded: true, isClosed: true });
    await database.close();
  });
});

describe('paths of artifacts', () => {
  let world: Awaited<ReturnType<typeof furnished>>;

  beforeAll(async () => {
    world = await furnished(first);
    await world.send('POST /mlflow/experiments/create', { json: { name: 'fraud-second' } });
  });
  afterAll(() => world.close());

  it.each([
    ['dot segments', `EXPERIMENT/RUN/artifacts/../../x`],
    ['dot segments out of everything', `../../../../etc/passwd`],
    ['encoded dot segments', `EXPERIMENT/RUN/artifacts/%2e%2e/%2e%2e/x`],
    ['an encoded slash before them', `EXPERIMENT/RUN/artifacts/..%2f..%2fx`],
    ['dot segments encoded twice', `EXPERIMENT/RUN/artifacts/%252e%252e%252fx`],
    ['overlong dots', `EXPERIMENT/RUN/artifacts/%c0%ae%c0%ae/x`],
    ['a backslash', `EXPERIMENT/RUN/artifacts/..%5c..%5cx`],
    ['an absolute path', `/etc/passwd`],
    ['an absolute path below', `EXPERIMENT/RUN/artifacts//etc/passwd`],
    ['a drive', `C:/EXPERIMENT/RUN/artifacts/x`],
    ['a NUL', `EXPERIMENT/RUN/artifacts/x%00.txt`],
    ['a line break', `EXPERIMENT/RUN/artifacts/x%0d%0aset-cookie:a`],
    ['a fragment', `EXPERIMENT/RUN/artifacts/x%23y`],
    ['a path parameter', `EXPERIMENT/RUN/artifacts/..;/x`],
    ['a query inside', `EXPERIMENT/RUN/artifacts/x%3fy`],
    ['a single dot', `EXPERIMENT/RUN/artifacts/./x`],
    ['a very long path', `EXPERIMENT/RUN/artifacts/${'x'.repeat(1025)}`],
    ['half a character', `EXPERIMENT/RUN/artifacts/%ff`],
    ['a character in two forms', `EXPERIMENT/RUN/artifacts/e%CC%81`],
    ['no run', `EXPERIMENT/x`],
    ['another folder of the run', `EXPERIMENT/RUN/secrets/x`],
    ['a run in capitals', `EXPERIMENT/${'A'.repeat(32)}/artifacts/x`],
    ['a run that is not there', `EXPERIMENT/${none}/artifacts/x`],
    ['a logged model that is not there', `EXPERIMENT/models/m-${none}/artifacts/x`],
    ['a run below another experiment', `2/RUN/artifacts/x`],
    ['an experiment with a zero before it', `0EXPERIMENT/RUN/artifacts/x`],
    ['the folder of all artifacts itself', `EXPERIMENT/RUN/artifacts`],
    ['nothing after the folder', `EXPERIMENT/RUN/artifacts/`],
  ])('with %s in their path are refused, and nothing is stored', async (_, path) => {
    const { send, made, rows, blobs, blobFolder } = world;
    const [rowsBefore, blobsBefore] = [await rows(), blobs()];
    const target = `${prefix}/${path.replace('EXPERIMENT', made.experiment).replace('RUN', made.run)}`;
    for (const line of [`PUT ${target}`, `GET ${target}`]) {
      const { status, json } = await send(line, { body: Buffer.from('attack') });
      expect([400, 404]).toContain(status);
      expect(json.error_code).toBeTypeOf('string');
    }
    expect(await rows()).toEqual(rowsBefore);
    expect(blobs()).toEqual(blobsBefore);
    expect(existsSync(join(blobFolder, '..', 'x'))).toBe(false);
  });
});

describe('the files of artifacts', () => {
  it('that a process left half-written are gone at the next start, and whole ones stay', async () => {
    const database = await first.open();
    const world = createWorld(database);
    await furnish(world);
    const whole = world.blobs();
    const left = join(world.blobFolder, 'incoming', 'upload_left');
    writeFileSync(left, 'half');
    createBlobs({ folder: world.blobFolder, newName: () => 'next' });
    expect(existsSync(left)).toBe(false);
    expect(world.blobs()).toEqual(whole);
    await database.close();
  });
});
