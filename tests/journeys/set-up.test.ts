import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EndpointName, type EndpointOutput, endpointNames, endpoints } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askControl, type ControlAnswer } from '../support/control-client.ts';
import { addFirstPasskey, type House, password, startHouse } from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(async () => {
  await house.stop();
  await verifyRecord(house);
});

const secretFile = () => join(house.folder, 'data', 'first-administrator.txt');
const secretOf = (link: string) => link.trim().split('#first=')[1] ?? '';
const redeem = (secret: string, name: string, typed = password) =>
  askControl({ baseUrl: house.controlUrl }, 'enrolments.redeem', { secret, name, password: typed });

describe('before there is an administrator', () => {
  it('the secret is in a file of its owner alone, and in nothing that is printed', () => {
    const link = readFileSync(secretFile(), 'utf8');
    expect(link).toMatch(/^http:\/\/localhost:\d+\/enrol#first=mw_enr_[\w-]{43}\n$/);
    expect(statSync(secretFile()).mode & 0o777).toBe(0o600);
    expect(house.printed()).toContain('first-administrator.txt');
    expect(house.printed()).not.toContain('mw_enr_');
  });

  it('the house says that it is alive and not ready', async () => {
    const [alive, ready] = await Promise.all(['healthz', 'readyz'].map((path) => fetch(`${house.controlUrl}/${path}`)));
    expect(alive?.status).toBe(200);
    expect([ready?.status, await ready?.json()]).toEqual([
      503,
      { ready: false, storage: true, record: true, upstream: true, setUp: false },
    ]);
  });

  it.each(endpointNames.filter((name) => name !== 'enrolments.redeem'))('%s answers 503', async (name) => {
    const { status, json } = await askControl(
      { baseUrl: house.controlUrl, secret: credentialFor(name) },
      name,
      {} as never,
    );
    expect([status, json]).toEqual([503, expect.objectContaining({ code: 'not-set-up' })]);
  });

  it.each(['/', '/docs/readme', '/api/v1/openapi.json', '/nothing'])('%s answers 503', async (path) => {
    expect((await fetch(`${house.controlUrl}${path}`)).status).toBe(503);
  });

  it.each(['/', '/health', '/version', '/api/2.0/mlflow/experiments/search?max_results=1'])(
    'the MLflow interface answers 503 at %s',
    async (path) => {
      const token = `mw_pat_${'x'.repeat(43)}`;
      const answer = await fetch(`${house.trackingUri}${path}`, { headers: { authorization: `Bearer ${token}` } });
      expect([answer.status, await answer.json()]).toEqual([
        503,
        expect.objectContaining({ error_code: expect.any(String) }),
      ]);
    },
  );

  it('the page that takes the secret is there, and holds none', async () => {
    const page = await fetch(`${house.controlUrl}/enrol`);
    expect(page.status).toBe(200);
    expect(await page.text()).not.toContain('mw_enr_');
  });

  it('a guess is refused, and so is the secret of somebody else', async () => {
    const { status, json } = await redeem(`mw_enr_${'x'.repeat(43)}`, 'eve');
    expect([status, json]).toEqual([400, expect.objectContaining({ code: 'enrolment-refused' })]);
  });
});

describe('the secret', () => {
  it('is good for one hour and no longer', async () => {
    const secret = secretOf(readFileSync(secretFile(), 'utf8'));
    const endsAtMs = shiftEnd(-3_600_000);
    expect(endsAtMs - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(endsAtMs - Date.now()).toBeGreaterThan(3_500_000);
    const { status, json } = await redeem(secret, 'late');
    expect([status, json]).toEqual([400, expect.objectContaining({ message: 'the one-time secret has expired' })]);
    shiftEnd(3_600_000);
  });

  it('stays good after a name or a password that will not do', async () => {
    const secret = secretOf(readFileSync(secretFile(), 'utf8'));
    expect((await redeem(secret, 'Root')).status).toBe(400);
    expect((await redeem(secret, 'root', 'too short')).status).toBe(400);
  });

  it('makes one administrator when many come with it at once, and all else of theirs is undone', async () => {
    const secret = secretOf(readFileSync(secretFile(), 'utf8'));
    const names = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'];
    const answers = await Promise.all(names.map((name) => redeem(secret, name)));
    const [winner, ...more] = answers.filter(({ status }) => status === 200);
    expect([winner?.status, more]).toEqual([200, []]);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(5);
    const { session, account } = (winner as ControlAnswer).json as EndpointOutput<'enrolments.redeem'>;
    expect(session).toMatchObject({ level: 'aal1', missing: 'factor-setup' });
    const { call } = await addFirstPasskey(house, session.secret);
    expect((await call('people.list', {})).accounts.map(({ name }) => name)).toEqual([account.name]);
    const { links } = await call('role-links.list', {});
    expect(links.map(({ role, principal }) => [role, principal.name])).toEqual([
      ['platform-admin', account.name],
      ['security-admin', account.name],
    ]);
    const { entries } = await call('audit.entries', { from: 0, limit: 500 });
    const created = entries.filter(({ entry }) => entry.type === 'change' && entry.what === 'account.created');
    expect(created).toHaveLength(1);
    expect(JSON.stringify(entries)).not.toContain(secret);
  });

  it('is gone from the files once it is used, and opens nothing more', async () => {
    expect((await redeem(`mw_enr_${'y'.repeat(43)}`, 'eve')).status).toBe(400);
    expect(statSync(secretFile(), { throwIfNoEntry: false })).toBeUndefined();
    expect((await fetch(`${house.controlUrl}/readyz`)).status).toBe(200);
    expect((await fetch(`${house.trackingUri}/api/2.0/mlflow/experiments/search?max_results=1`)).status).toBe(401);
  });
});

function credentialFor(name: EndpointName): string | undefined {
  return endpoints[name].access === 'open' ? undefined : `mw_ses_${'x'.repeat(43)}`;
}

/** The clock of a process cannot be turned, so the secret's end is. Returns where it was. */
function shiftEnd(byMs: number): number {
  const database = new DatabaseSync(join(house.folder, 'data', 'modelward.db'), { timeout: 5000 });
  const [row] = database.prepare('SELECT ends_at_ms FROM enrolments').all();
  database.prepare('UPDATE enrolments SET ends_at_ms = ends_at_ms + ?').run(byMs);
  database.close();
  return Number(row?.ends_at_ms);
}
