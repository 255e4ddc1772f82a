import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyRecord, readPublishedFile, readVerifierKey, sha256, verifyEd25519 } from '@modelward/audit';
import { fromUtf8 } from '@modelward/basics';
import type { AuditEntry } from '@modelward/contract';
import { verifyLog } from '@modelward/merkle';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, enrolAdministrator, freePort, type House, type Person, startHouse } from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';

/* A whole server in hard times: a crowd of strangers, a kill under load, an upstream that looks into the record. */

const get = '/api/2.0/mlflow/registered-models/get?name=fraud-model';
const create = '/api/2.0/mlflow/registered-models/create';

async function enter(house: House): Promise<Person> {
  const root = await enrolAdministrator(house);
  await root.call('projects.add', { key: 'fraud', title: 'Fraud', listed: false });
  return addPerson(house, root, { name: 'ada', roles: [['data-scientist', 'project:fraud']] });
}

/** The record of a house as it is at this moment, copied and verified. */
async function entriesOf({ folder }: Pick<House, 'folder'>): Promise<readonly AuditEntry[]> {
  const { origin } = JSON.parse(await readFile(join(folder, 'data', 'log.json'), 'utf8')) as { origin: string };
  const verifierKey = readVerifierKey(join(folder, 'keys'), origin) ?? '';
  const to = await mkdtemp(join(tmpdir(), 'modelward-copy-'));
  await copyRecord({ from: join(folder, 'data', 'record'), to, verifierKey });
  const entries: AuditEntry[] = [];
  const verified = await verifyLog({
    read: (path) => readPublishedFile(to, path),
    verifierKey,
    sha256,
    verify: verifyEd25519,
    onEntry: (entry) => entries.push(JSON.parse(fromUtf8(entry) ?? '') as AuditEntry),
  });
  expect(verified.ok).toBe(true);
  return entries;
}

describe('100000 anonymous requests', () => {
  let house: House;
  let ada: Person;
  beforeAll(async () => {
    house = await startHouse();
    ada = await enter(house);
  });
  afterAll(async () => {
    await house.stop();
    await verifyRecord(house);
  });

  it('grow the record by less than 1 MB, and a signed-in client is served all the while', async () => {
    const strangers = new Pool(house.trackingUri, { connections: 32, pipelining: 8 });
    const signedIn = new Pool(house.trackingUri, { connections: 1 });
    const authorization = `Bearer ${ada.token}`;
    const before = recordBytes(house);
    let left = 100_000;
    const seen = new Map<number, number>();
    const flood = async () => {
      while (left > 0) {
        left -= 1;
        const { statusCode, body } = await strangers.request({ method: 'GET', path: get });
        await body.dump();
        seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
      }
    };
    const served: number[] = [];
    const work = async () => {
      while (left > 0) {
        const { statusCode, body } = await signedIn.request({ method: 'GET', path: get, headers: { authorization } });
        await body.dump();
        served.push(statusCode);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await Promise.all([...Array.from({ length: 256 }, flood), work()]);
    expect([...seen]).toEqual([[401, 100_000]]);
    expect(new Set(served)).toEqual(new Set([404]));
    expect(served.length).toBeGreaterThan(10);
    expect(recordBytes(house) - before).toBeLessThan(1_000_000);
    await Promise.all([strangers.close(), signedIn.close()]);
    await house.stop();
    const counted = (await entriesOf(house)).map((entry) =>
      entry.type === 'refusal.summary' ? entry.count : entry.type === 'refusal' ? 1 : 0,
    );
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });
});

/** All files of the record; the segments are allocated ahead and stay as they are. */
function recordBytes({ folder }: House): number {
  const root = join(folder, 'data', 'record');
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('wal'));
  return names.reduce((sum, name) => {
    const stats = statSync(join(root, name), { throwIfNoEntry: false });
    return sum + (stats?.isFile() === true ? stats.size : 0);
  }, 0);
}

describe('a server that is killed under load', () => {
  it('starts again with everything that it answered for, and says what it does not know the end of', async () => {
    let house = await startHouse();
    const ada = await enter(house);
    const answered: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const pool = new Pool(house.trackingUri, { connections: 16 });
      const until = answered.length + 150;
      const work = async (worker: number) => {
        for (let count = 0; ; count += 1) {
          const name = `fraud-r${round}w${worker}n${count}`;
          const { headers, body } = await pool.request({
            method: 'POST',
            path: create,
            headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' },
            body: JSON.stringify({ name }),
          });
          await body.dump();
          answered.push(String(headers['x-request-id']));
          if (answered.length === until) void house.stop('SIGKILL');
        }
      };
      await Promise.allSettled(Array.from({ length: 16 }, (_, worker) => work(worker)));
      await pool.destroy();
      house = await startHouse({ folder: house.folder });
    }
    await house.stop();
    await verifyRecord(house);
    const entries = await entriesOf(house);
    const decisions = entries.flatMap((entry, index) => (entry.type === 'decision' ? [{ index, ...entry }] : []));
    const ids = decisions.map(({ requestId }) => requestId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(answered.filter((id) => !ids.includes(id))).toEqual([]);
    const settled = entries.flatMap((entry) =>
      entry.type === 'outcome' || entry.type === 'outcome.unknown' ? [entry.of] : [],
    );
    const allowed = decisions.filter(({ decision }) => decision === 'allow').map(({ index }) => index);
    expect([...settled].sort((a, b) => a - b)).toEqual(allowed);
  });
});

describe('an upstream that looks into the record when it is called', () => {
  it('finds the decision about its call there, durable and signed', async () => {
    const found: string[][] = [];
    const port = await freePort();
    const upstream = createServer(async (request, response) => {
      if (request.url !== '/health') found.push(decisionsIn(await entriesOf(house)));
      response.setHeader('content-type', 'application/json').end('{"registered_model":{"name":"fraud-model"}}');
    }).listen(port, '127.0.0.1');
    const house = await startHouse({
      upstream: `{ kind: mlflow, url: 'http://127.0.0.1:${port}', acceptOpen: 'a test' }`,
    });
    const ada = await enter(house);
    const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' };
    const answers = [
      await fetch(house.trackingUri + create, { method: 'POST', headers, body: '{"name":"fraud-model"}' }),
      await fetch(house.trackingUri + get, { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const [at, answer] of answers.entries()) expect(found[at]?.at(-1)).toBe(answer.headers.get('x-request-id'));
    await house.stop();
    upstream.close();
    await verifyRecord(house);
  });
});

function decisionsIn(entries: readonly AuditEntry[]): string[] {
  return entries.flatMap((entry) =>
    entry.type === 'decision' && entry.interface === 'mlflow' ? [entry.requestId] : [],
  );
}
