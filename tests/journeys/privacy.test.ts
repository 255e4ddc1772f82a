import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControlClient } from '../support/control-client.ts';
import {
  type Administrator,
  addFirstPasskey,
  enrolAdministrator,
  type House,
  password,
  startHouse,
} from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { runCliHere } from '../support/run-cli.ts';

/* A person who wants to be forgotten, in a house whose record must stay provable. */

const model = 'fraud.that-grace-asked-for';
const email = 'grace.hopper@forget-me.example';
let house: House;
let root: Administrator;
let id: string;
let wrapped: string;
/** Of what grace asked the MLflow interface. */
let index: number;

beforeAll(async () => {
  house = await startHouse();
  root = await enrolAdministrator(house);
  await root.call('role-links.assign', { role: 'auditor', principal: 'root', scope: 'organization' });
  const { account, invitation } = await root.call('people.add', { name: 'gracehopper', email });
  id = account.id;
  await root.call('groups.add', { name: 'team' });
  await root.call('groups.add-member', { group: 'team', account: 'gracehopper' });
  const { session } = await createControlClient(house.controlUrl)('enrolments.redeem', {
    secret: invitation.secret,
    password,
  });
  const grace = await addFirstPasskey(house, session.secret);
  const { secret } = await grace.call('tokens.create', { label: 'of gracehopper', scopes: ['model.read'] });
  const asked = `${house.trackingUri}/api/2.0/mlflow/registered-models/get?name=${model}`;
  const answer = await fetch(asked, { headers: { authorization: `Bearer ${secret}` } });
  await answer.arrayBuffer();
  index = Number(answer.headers.get('modelward-receipt')?.split(' ')[1]);
  await root.call('audit.export', { from: 0, until: 3, format: 'ocsf', to: 'webhook' });
  await house.stop();
});
afterAll(() => verifyRecord(house));

const type = (line: string) => runCliHere(line.split(' '), { cwd: house.folder, env: here() });
/** The folder of the house stands for the one that the owner types in. */
const here = () => ({
  MODELWARD_CONFIG: join(house.folder, 'modelward.yaml'),
  MODELWARD_DATA_FOLDER: join(house.folder, 'data'),
  MODELWARD_KEY_FOLDER: join(house.folder, 'keys'),
});

/** Every byte of every file of the data folder, as long as a piece may lie across. */
function filesWith(text: string): readonly string[] {
  const files = readdirSync(join(house.folder, 'data'), { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => readFileSync(file).includes(text));
}

function wrappedKey(): string | undefined {
  const database = new DatabaseSync(join(house.folder, 'data', 'modelward.db'), { readOnly: true });
  const row = database.prepare('select wrapped from subject_keys where subject_id = ?').get(id) as
    | { wrapped: string }
    | undefined;
  database.close();
  return row?.wrapped;
}

async function done(line: string): Promise<string> {
  const { status, stdout, stderr } = await type(line);
  expect(status, `${line}\n${stdout}${stderr}`).toBe(0);
  return stdout + stderr;
}

describe('what is personal', () => {
  it('can be read by the owner of the files while the person is known, and is in no leaf', async () => {
    wrapped = wrappedKey() ?? '';
    expect(wrapped).toMatch(/^[0-9A-Za-z+/=]{40,}$/);
    expect(filesWith(wrapped)).not.toEqual([]);
    expect(filesWith(email).every((file) => file.includes('modelward.db'))).toBe(true);
    const created = await indexOf('account.created');
    const revealed = await done(`privacy reveal ${created}`);
    expect(revealed).toContain(`${id}  email  ${email}`);
    expect(revealed).toContain(`${id}  name  gracehopper`);
    const asked = await done(`privacy reveal ${index}`);
    expect(asked).toContain(`${id}  named  ${model}`);
    expect(asked).toContain(`${id}  address  127.0.0.1`);
    expect(filesWith(model)).toEqual([]);
  });

  it('survives a rotation of the master key', async () => {
    expect(await done('privacy rotate')).toMatch(/a new master key wraps \d+ keys/);
    expect(filesWith(wrapped)).toEqual([]);
    wrapped = wrappedKey() ?? '';
    expect(await done(`privacy reveal ${await indexOf('account.created')}`)).toContain(email);
  });
});

/** Where the person's own entry of this kind lies, read from the files as they are. */
async function indexOf(what: string): Promise<number> {
  const { stdout } = await runCliHere(
    ['audit', 'history', id, '--json', '--folder', join(house.folder, 'data', 'record')],
    { cwd: house.folder, env: here() },
  );
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { index: number; entry: { what?: string } });
  return lines.find(({ entry }) => entry.what === what)?.index ?? -1;
}

describe('an erasure', () => {
  it('is refused under a legal hold', async () => {
    expect(await done('privacy hold gracehopper --reason case-7')).toContain('is under a legal hold');
    expect(await type('privacy erase gracehopper')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('is under a legal hold since 20'),
    });
    expect(await done('privacy release gracehopper')).toContain('under no legal hold any more');
  });

  it('leaves neither the key nor the e-mail nor the name in any byte of the data, and says what left before', async () => {
    expect(await done('privacy erase gracehopper')).toMatch(
      /erased; acc_\S+ is called erased-.*1 exports left before that/s,
    );
    for (const text of [wrapped, email, 'gracehopper', Buffer.from(email).toString('base64').slice(0, -4)])
      expect([text, filesWith(text)]).toEqual([text, []]);
  });

  it('leaves every proof as it was, and nothing to be read or found', async () => {
    await verifyRecord(house);
    const created = await indexOf('account.created');
    expect(await done(`privacy reveal ${created}`)).toContain(`${id}  email  (erased)`);
    expect(await done(`privacy reveal ${index}`)).toContain(`${id}  named  (erased)`);
    expect(await type('privacy erase gracehopper')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('there is no person'),
    });
    house = await startHouse({ folder: house.folder });
    const call = createControlClient(house.controlUrl, root.secret);
    expect((await call('audit.ids', { name: 'person:gracehopper' })).ids).toEqual([]);
    const { accounts } = await call('people.list', {});
    expect(JSON.stringify(accounts)).not.toMatch(/gracehopper|forget-me/);
    const { entries } = await call('audit.query', { action: 'privacy.erased' });
    expect(entries).toMatchObject([{ entry: { subject: id, detail: { hadKey: true, exports: 1 } } }]);
    await expect(
      createControlClient(house.controlUrl)('sessions.open', { name: 'gracehopper', password }),
    ).rejects.toThrow(/401/);
    await house.stop();
  });
});
