import { existsSync, mkdirSync, mkdtempSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { speakMlflow } from '../demo/mlflow-protocol.ts';
import { createControlClient } from '../support/control-client.ts';
import { makeEmptyPostgres, postgresUrl } from '../support/databases.ts';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  type House,
  type Person,
  signInWithPasskey,
  startHouse,
} from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { runCli, spawnCli } from '../support/run-cli.ts';

if (postgresUrl === undefined) console.warn('SKIPPED restoring to PostgreSQL: MODELWARD_TEST_POSTGRES names no server');

const weights = 'weights '.repeat(1000);
const places = mkdtempSync(join(tmpdir(), 'modelward-backups-'));
const online = join(places, 'online');
const offline = join(places, 'offline');

let house: House;
let root: Administrator;
let ada: Person;
let artifact: string;
let revoked: Person;

beforeAll(async () => {
  house = await startHouse();
  root = await enrolAdministrator(house);
  await root.call('projects.add', { key: 'fraud', title: 'Fraud' });
  ada = await addPerson(house, root, { name: 'ada', roles: [['data-scientist', 'project:fraud']] });
  revoked = await addPerson(house, root, { name: 'ben' });
  await revoked.call('tokens.revoke', { id: revoked.tokenId });
  const ask = speakMlflow(house.trackingUri, ada.token);
  const experiment = (await ask('POST', 'mlflow/experiments/create', { name: 'fraud-one' })).body.experiment_id;
  const run = (await ask('POST', 'mlflow/runs/create', { experiment_id: experiment })).body.run;
  const { run_id: id } = (run as { info: { run_id: string } }).info;
  const metric = { run_id: id, key: 'auc', value: 0.91, timestamp: 1 };
  await ask('POST', 'mlflow/runs/log-metric', metric);
  artifact = `mlflow-artifacts/artifacts/${experiment}/${id}/artifacts/weights.bin`;
  expect((await ask('PUT', artifact, weights)).status).toBe(200);
  await ask('POST', 'mlflow/registered-models/create', { name: 'fraud-scorer' });
});
afterAll(() => house.stop());

const backup = (folder: string) => runCli(['backup', folder], { cwd: house.folder });

/** What somebody finds in a house: the same after a restore, or it was none. */
async function contentOf({ controlUrl, trackingUri }: House) {
  const ask = speakMlflow(trackingUri, ada.token);
  const secret = await signInWithPasskey({ controlUrl }, root);
  const call = createControlClient(controlUrl, secret);
  return {
    people: (await call('people.list', {})).accounts,
    links: (await call('role-links.list', {})).links,
    projects: (await call('projects.list', {})).projects,
    model: await ask('GET', 'mlflow/registered-models/get?name=fraud-scorer').then(({ status, body }) => [
      status,
      body,
    ]),
    experiment: await ask('GET', 'mlflow/experiments/get-by-name?experiment_name=fraud-one').then(({ body }) => body),
    weights: (await ask('GET', artifact)).body.text,
    revoked: (await speakMlflow(trackingUri, revoked.token)('GET', 'mlflow/registered-models/get?name=x')).status,
  };
}

type Content = Awaited<ReturnType<typeof contentOf>>;

async function firstEntries(controlUrl: string): Promise<AuditEntry[]> {
  const secret = await signInWithPasskey({ controlUrl }, root);
  const { entries } = await createControlClient(controlUrl, secret)('audit.entries', { from: 0, limit: 3 });
  return entries.map(({ entry }) => entry as AuditEntry);
}

describe('a backup', () => {
  let before: Content;

  it('is taken while the server runs and people work', async () => {
    before = await contentOf(house);
    expect([before.weights, before.revoked]).toEqual([weights, 401]);
    const ask = speakMlflow(house.trackingUri, ada.token);
    let isDone = false;
    const working = (async () => {
      for (let count = 0; !isDone; count += 1) {
        await ask('POST', 'mlflow/experiments/create', { name: `fraud-while-${count}` });
      }
    })();
    const { status, stdout, stderr } = await spawnCli(['backup', online], { cwd: house.folder });
    isDone = true;
    await working;
    expect([status, stderr]).toEqual([0, expect.stringContaining('this backup is not in the record')]);
    expect(stdout).toMatch(/holds \d+ rows and the record of \d+ entries/);
    expect(statSync(online).mode & 0o077).toBe(0);
  });

  it('goes into a new folder only', () => {
    const { status, stderr } = backup(online);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is there already')]);
  });

  it('is in the record when the server is stopped', async () => {
    before = await contentOf(house);
    await house.stop();
    expect(backup(offline)).toMatchObject({ status: 0, stderr: expect.not.stringContaining('not in the record') });
    await verifyRecord(house);
  });

  const onSqlite = async (): Promise<Record<string, string>> => ({});
  const onPostgres = (serverUrl: string) => async (): Promise<Record<string, string>> => ({
    MODELWARD_STORAGE_KIND: 'postgres',
    MODELWARD_STORAGE_URL: await makeEmptyPostgres(serverUrl),
  });
  const targets = [
    { name: 'sqlite', environment: onSqlite },
    ...(postgresUrl === undefined ? [] : [{ name: 'postgres', environment: onPostgres(postgresUrl) }]),
  ];

  describe.each(targets)('restored on $name', ({ environment: makeEnvironment }) => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-restored-'));
    let environment: Record<string, string>;
    let restored: House;

    it('fills an empty place, and no other', async () => {
      environment = await makeEnvironment();
      const { status, stdout, stderr } = runCli(['restore', offline], { cwd: folder, env: environment });
      expect([status, stderr]).toEqual([0, expect.stringContaining('look through tokens, roles and accounts')]);
      expect(stdout).toMatch(/its first record cites modelward\/\w+ at \d+ entries/);
      const again = runCli(['restore', offline], { cwd: folder, env: environment });
      expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('holds a state already')]);
    });

    it('holds everything that was there: accounts, roles, tokens, models and artifacts', async () => {
      restored = await startHouse({ folder, environment });
      const after = await contentOf(restored);
      expect(after).toEqual(before);
    });

    it('goes on with a new log that cites the old one and says that it was restored', async () => {
      const [opened, decision, change] = await firstEntries(restored.controlUrl);
      expect(opened).toMatchObject({ type: 'log.opened', previous: { size: expect.any(Number) } });
      expect(decision).toMatchObject({ type: 'decision', reasons: ['files-owner'], asked: [{ action: 'restore' }] });
      expect(change).toMatchObject({ type: 'change', what: 'backup.restored' });
      expect(await restored.stop()).toBe(0);
      await verifyRecord(restored);
      const { previous } = opened as Extract<AuditEntry, { type: 'log.opened' }>;
      const oldRecord = join(folder, 'data', 'old-records', previous?.origin.replace('/', '-') ?? '');
      const { status, stdout } = runCli(['audit', 'verify', '--folder', oldRecord], { cwd: folder });
      expect([status, stdout]).toEqual([
        0,
        expect.stringContaining(`at ${previous?.size} entries, root ${previous?.root}`),
      ]);
    });
  });

  it('that was taken while people worked is whole as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-restored-'));
    expect(runCli(['restore', online], { cwd: folder })).toMatchObject({ status: 0 });
    const restored = await startHouse({ folder });
    const { model, weights: found, people } = await contentOf(restored);
    expect([model, found, people]).toEqual([before.model, weights, before.people]);
    expect(await restored.stop()).toBe(0);
    await verifyRecord(restored);
  });

  it('is not put over keys of another house, nor into a place that holds a state', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-restored-'));
    mkdirSync(join(folder, 'keys'));
    writeFileSync(join(folder, 'keys', 'log-signing.pem'), 'another');
    const { status, stderr } = runCli(['restore', offline], { cwd: folder });
    expect([status, stderr]).toEqual([1, expect.stringContaining('is not the key of this backup')]);
    expect(existsSync(join(folder, 'data', 'log.json'))).toBe(false);
    expect(runCli(['restore', offline], { cwd: house.folder }).stderr).toContain('holds a state already');
  });

  it('that broke off is none', () => {
    renameSync(join(offline, 'manifest.json'), join(offline, 'elsewhere.json'));
    const folder = mkdtempSync(join(tmpdir(), 'modelward-restored-'));
    const { status, stderr } = runCli(['restore', offline], { cwd: folder });
    expect([status, stderr]).toEqual([1, expect.stringContaining('is no whole backup')]);
  });
});
