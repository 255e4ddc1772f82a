import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  type House,
  type Person,
  startHouse,
} from '../support/house.ts';
import { type ClientRun, python, type RealMlflow, runClient, startRealMlflow } from '../support/real-mlflow.ts';
import { verifyRecord } from '../support/record.ts';

const script = (name: string) => join(import.meta.dirname, name);
if (python === undefined)
  console.warn('SKIPPED journeys of the MLflow client: MODELWARD_TEST_PYTHON names no Python with mlflow');

describe.skipIf(python === undefined).each(['built-in', 'real MLflow'])(
  'the unmodified MLflow client before the %s registry',
  (kind) => {
    let mlflow: RealMlflow | undefined;
    let house: House;
    let administrator: Administrator;
    let ada: Person;
    let made: { run: string; experiment: string };

    beforeAll(async () => {
      mlflow = kind === 'built-in' ? undefined : await startRealMlflow();
      house = await startHouse(mlflow === undefined ? {} : { upstream: `{ kind: mlflow, socket: ${mlflow.socket} }` });
      administrator = await enrolAdministrator(house);
      await administrator.call('projects.add', { key: 'fraud', title: 'Fraud', listed: false });
      await administrator.call('projects.add', { key: 'churn', title: 'Churn', listed: true });
      ada = await addPerson(house, administrator, {
        name: 'ada',
        roles: [
          ['data-scientist', 'project:fraud'],
          ['data-scientist', 'project:churn'],
        ],
      });
    });

    afterAll(async () => {
      expect(await house.stop()).toBe(0);
      await mlflow?.stop();
      await verifyRecord(house);
    });

    const as = (person: Pick<Person, 'token'>, name: string, ...args: string[]): Promise<ClientRun> =>
      runClient(script(name), { trackingUri: house.trackingUri, token: person.token, args });

    it('logs a run and a model, registers it, sets an alias, loads it back and predicts', async () => {
      const { code, output } = await as(ada, 'train_and_register.py', 'fraud');
      expect(output).toContain('version=1');
      expect(code).toBe(0);
      const [, run = '', experiment = ''] = /run=(\w+) experiment=(\d+)/.exec(output) ?? [];
      made = { run, experiment };
    });

    it('shows nothing of a hidden project to a person without a right, not even that it is there', async () => {
      const ben = await addPerson(house, administrator, { name: 'ben' });
      const { output } = await as(ben, 'try_each.py', 'fraud', made.run, made.experiment);
      const told = linesOf(output);
      expect(told['get model']).toBe(told['missing model']?.replace('nothing-here', 'fraud-scorer'));
      expect(told['get run']).toBe(
        `RESOURCE_DOES_NOT_EXIST: RESOURCE_DOES_NOT_EXIST: Run with id=${made.run} not found`,
      );
      expect(told['list models']).toBe('ok');
      expect(output).toContain('listed []');
      const others = Object.entries(told).filter(([name]) => name !== 'list models');
      expect(others.filter(([, answer]) => !answer.startsWith('RESOURCE_DOES_NOT_EXIST'))).toEqual([]);
    });

    it('tells a person who may look what is missing for the rest', async () => {
      const carl = await addPerson(house, administrator, { name: 'carl', roles: [['viewer', 'project:fraud']] });
      const { output } = await as(carl, 'try_each.py', 'fraud', made.run, made.experiment);
      const told = linesOf(output);
      for (const name of ['get model', 'get version', 'load model', 'get run', 'list artifacts'])
        expect([name, told[name]]).toEqual([name, 'ok']);
      for (const name of ['log metric', 'set alias', 'create experiment']) {
        expect(told[name]).toMatch(
          /^PERMISSION_DENIED: .*ask for the role `data-scientist` on (project|experiment|model) `fraud[a-z-]*`/,
        );
      }
      expect(output).toContain("listed ['fraud-scorer']");
    });

    it('tells a colleague of a listed project which role to ask for', async () => {
      expect((await as(ada, 'train_and_register.py', 'churn')).output).not.toContain(
        'Traceback (most recent call last)',
      );
      const dora = await addPerson(house, administrator, { name: 'dora' });
      const { output } = await as(dora, 'try_each.py', 'churn', made.run, made.experiment);
      expect(linesOf(output)['get model']).toMatch(
        /^PERMISSION_DENIED: .*`model.read`.*ask for the role `viewer` on model `churn-scorer`/,
      );
    });

    it('refuses a revoked token on the next request, and an expired one, in the words that the client shows', async () => {
      const eve = await addPerson(house, administrator, { name: 'eve', roles: [['viewer', 'project:fraud']] });
      expect((await as(eve, 'try_each.py', 'fraud', made.run, made.experiment)).output).toContain('get model: ok');
      await eve.call('tokens.revoke', { id: eve.tokenId });
      const revoked = await as(eve, 'try_each.py', 'fraud', made.run, made.experiment);
      expect(linesOf(revoked.output)['get model']).toMatch(/^UNAUTHENTICATED: .*was revoked; make a new one/);

      const second = await eve.call('tokens.create', { label: 'short', scopes: ['*.*'] });
      expireToken(house, second.token.id);
      const expired = await as({ token: second.secret }, 'try_each.py', 'fraud', made.run, made.experiment);
      expect(linesOf(expired.output)['get model']).toMatch(/^UNAUTHENTICATED: .*has expired; make a new one/);
    });

    it('lets a token do only what its scopes say', async () => {
      const narrow = await ada.call('tokens.create', { label: 'read only', scopes: ['*.read', 'version.download'] });
      const { output } = await as({ token: narrow.secret }, 'try_each.py', 'fraud', made.run, made.experiment);
      const told = linesOf(output);
      expect(told['load model']).toBe('ok');
      expect(told['log metric']).toMatch(/^PERMISSION_DENIED: .*scopes of this token leave it out/);
    });
  },
);

/** The clock of a process cannot be turned, so the token's end is. */
function expireToken(house: House, id: string): void {
  const database = new DatabaseSync(join(house.folder, 'data', 'modelward.db'), { timeout: 5000 });
  database.prepare('UPDATE tokens SET ends_at_ms = ? WHERE id = ?').run(Date.now() - 1, id);
  database.close();
}

function linesOf(output: string): Record<string, string> {
  return Object.fromEntries(
    output.split('\n').flatMap((line) => {
      const at = line.indexOf(': ');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 2).trim()]];
    }),
  );
}
