import { rmSync } from 'node:fs';
import type { AuditEntry } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askControl } from '../../support/control-client.ts';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  freePort,
  type House,
  type Person,
  startHouse,
} from '../../support/house.ts';
import { type OtherEngine, otherEngines } from './other-engines.ts';

const engines = otherEngines();
if (engines.length === 0) {
  console.warn('SKIPPED other decision points: MODELWARD_TEST_OPA_FRONT is not set');
  // There is none to ask; npm test builds OPA and says so when it cannot.
  describe.skip('with another decision point', () => it('is decided there', () => expect(engines).not.toEqual([])));
}

const timeoutMs = 400;

describe.each(engines)('with $name as the decision point', ({ start }) => {
  let port: number;
  let engine: OtherEngine;
  let house: House;
  let root: Administrator;
  let vera: Person;
  let nobody: Person;
  beforeAll(async () => {
    port = await freePort();
    engine = await start(port);
    house = await startHouse({
      environment: {
        MODELWARD_POLICY_ENGINE_KIND: 'authzen',
        MODELWARD_POLICY_ENGINE_URL: engine.url,
        MODELWARD_POLICY_ENGINE_TIMEOUT_MS: String(timeoutMs),
      },
    });
    root = await enrolAdministrator(house);
    await root.call('role-links.assign', { role: 'auditor', principal: 'root', scope: 'organization' });
    vera = await addPerson(house, root, { name: 'vera', roles: [['viewer', 'organization']] });
    nobody = await addPerson(house, root, { name: 'nobody' });
  });
  afterAll(async () => {
    engine.process.kill('SIGCONT');
    await engine.stop();
    await house.stop();
    rmSync(house.folder, { recursive: true });
  });

  const makeProject = (key: string, secret: string) =>
    askControl({ baseUrl: house.controlUrl, secret }, 'projects.add', { key, title: key });
  const lastDecision = async (): Promise<AuditEntry | undefined> => {
    const { entries } = await root.call('audit.entries', {});
    const made = entries.map(({ entry }) => entry as AuditEntry);
    return made.findLast(
      (one) => one.type === 'decision' && one.asked.some(({ action }) => action === 'project.create'),
    );
  };

  it('allows what it allows, though our own policies would not, and the record says who decided', async () => {
    expect(await makeProject('made', vera.secret)).toMatchObject({ status: 200 });
    expect(await lastDecision()).toMatchObject({ decision: 'allow', reasons: ['authzen-engine'] });
  });

  it('refuses what it refuses, and says that what would help is not known', async () => {
    const refused = await makeProject('unmade', nobody.secret);
    expect(refused).toMatchObject({
      status: 403,
      json: { code: 'denied', next: expect.stringContaining('not known') },
    });
    expect(await lastDecision()).toMatchObject({ decision: 'deny', reasons: ['no-permit'] });
  });

  it('cannot allow what a guardrail of ours forbids', async () => {
    expect(await makeProject('by-token', vera.token)).toMatchObject({ status: 403 });
    expect(await lastDecision()).toMatchObject({ decision: 'deny', reasons: ['unbound-administration'] });
  });

  it('is no decision when it does not answer in time', async () => {
    engine.process.kill('SIGSTOP');
    const startedMs = performance.now();
    expect((await makeProject('late', vera.secret)).status).not.toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(10 * timeoutMs);
    engine.process.kill('SIGCONT');
    expect(await lastDecision()).toMatchObject({ decision: 'deny', reasons: ['engine-timeout'] });
    expect(await makeProject('in-time', vera.secret)).toMatchObject({ status: 200 });
  });

  it('is no decision when it is gone', async () => {
    await engine.stop();
    expect((await makeProject('gone', vera.secret)).status).not.toBe(200);
    engine = await start(port);
    expect(await lastDecision()).toMatchObject({ decision: 'deny', reasons: ['engine-unreachable'] });
  });
});
