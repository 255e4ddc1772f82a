import { setTimeout as wait } from 'node:timers/promises';
import type { AuditEntry } from '@modelward/contract';
import { mlflowRoutes } from '@modelward/interfaces';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  type House,
  type Person,
  startHouse,
} from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';

/* Every protected route of MLflow leaves its decision in the record, whatever is asked of it. The control API's table is walked
 * in apps/server/src/http/endpoints.test.ts. */

let house: House;
let root: Administrator;
let person: Person;
const receipts = new Map<string, number>();

beforeAll(async () => {
  house = await startHouse();
  root = await enrolAdministrator(house);
  await root.call('role-links.assign', { role: 'auditor', principal: 'root', scope: 'organization' });
  await root.call('projects.add', { key: 'fraud', title: 'Fraud', listed: false });
  person = await addPerson(house, root, { name: 'ada', roles: [['data-scientist', 'project:fraud']] });
});
afterAll(async () => {
  await house.stop();
  await verifyRecord(house);
});

async function entryAt(index: number): Promise<AuditEntry | undefined> {
  const { entries } = await root.call('audit.entries', { from: index, limit: 1 });
  return entries[0]?.entry as AuditEntry | undefined;
}

describe.each(mlflowRoutes.map((route) => ({ ...route, line: `${route.method} ${route.version} ${route.path}` })))(
  '$line',
  ({ method, version, path, body, line }) => {
    it('leaves a decision, and the answer says where', async () => {
      const target = `${house.trackingUri}/api/${version}${path.replaceAll(/\{\w+\+?\}/g, '1')}`;
      const sent = body === 'json' ? { body: '{}' } : body === 'stream' ? { body: 'bytes' } : {};
      const type = body === 'json' ? { 'content-type': 'application/json' } : {};
      const answer = await fetch(target, {
        method,
        ...sent,
        headers: { ...type, authorization: `Bearer ${person.token}` },
      });
      await answer.arrayBuffer();
      const [, index] = (answer.headers.get('modelward-receipt') ?? '').split(' ');
      expect([answer.status, index]).toEqual([expect.any(Number), expect.stringMatching(/^\d+$/)]);
      const entry = await entryAt(Number(index));
      expect(entry).toMatchObject({ type: 'decision', interface: 'mlflow', actor: { kind: 'person' } });
      if (entry?.type === 'decision' && entry.decision === 'allow') receipts.set(line, Number(index));
    });
  },
);

describe('what was allowed', () => {
  it('has its outcome', async () => {
    const open = new Set(receipts.values());
    for (let tries = 0; tries < 20 && open.size > 0; tries += 1) {
      const size = (await root.call('audit.entries', { limit: 1 })).size;
      for (let from = 0; from < size; from += 500)
        for (const { entry } of (await root.call('audit.entries', { from, limit: 500 })).entries)
          if (entry.type === 'outcome') open.delete(entry.of);
      if (open.size > 0) await wait(100);
    }
    expect([...receipts].filter(([, index]) => open.has(index))).toEqual([]);
    expect(receipts.size).toBeGreaterThan(0);
  });
});
