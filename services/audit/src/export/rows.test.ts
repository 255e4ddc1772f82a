import { canonicalJson, type JsonObject, utf8 } from '@modelward/basics';
import type { AuditEntry, AuditEvent } from '@modelward/contract';
import { leafHash } from '@modelward/merkle';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../crypto.ts';
import { decision, outcome } from '../testing/logs.ts';
import { exportFormats, exportRow } from './rows.ts';

const time = '2026-11-24T10:00:00.000Z';
const bytesOf = (event: AuditEvent) =>
  utf8(canonicalJson({ v: 1, time, ...event } as AuditEntry as unknown as JsonObject));
const rowOf = (event: AuditEvent, index = 7) =>
  JSON.parse(exportRow({ bytes: bytesOf(event), index }, { origin: 'modelward/test', format: 'ocsf' })) as Record<
    string,
    never
  >;

const system = { kind: 'system', id: 'sys_owner' } as const;
const asked = (action: string) => ({ asked: [{ action, resource: { type: 'Organization' } }] });

const rows: readonly (readonly [
  what: string,
  event: AuditEvent,
  classUid: number,
  activityId: number,
  more: object,
])[] = [
  ['a read that is allowed', decision('a'), 6003, 2, { action_id: 1, disposition_id: 1, status_id: 1 }],
  [
    'one that is denied',
    decision('a', { decision: 'deny' }),
    6003,
    2,
    { action_id: 2, disposition_id: 2, status_id: 2 },
  ],
  ['a registration', decision('a', asked('version.register')), 6003, 1, {}],
  ['a promotion', decision('a', asked('version.promote')), 6003, 3, {}],
  ['a deletion', decision('a', asked('model.delete')), 6003, 4, {}],
  ['a sign-in', decision('a', asked('sessions.open')), 3002, 1, { status_id: 1, user: { uid: 'acc_ada' } }],
  ['a sign-in that fails', decision('a', { ...asked('sessions.open'), decision: 'deny' }), 3002, 1, { status_id: 2 }],
  ['a sign-out', decision('a', asked('sessions.end')), 3002, 2, {}],
  [
    'a session that began',
    { type: 'change', what: 'session.opened', actor: system, subject: 'acc_ada' },
    3002,
    1,
    { user: { uid: 'acc_ada' } },
  ],
  [
    'a role that was given',
    { type: 'change', what: 'role.assigned', actor: system, subject: 'acc_ada' },
    6003,
    1,
    { resources: [{ uid: 'acc_ada' }] },
  ],
  [
    'a stranger',
    { type: 'refusal', requestId: 'req_a', interface: 'mlflow', source: 'src_a', reason: 'credential-missing' },
    6003,
    0,
    { action_id: 2, src_endpoint: { uid: 'src_a' } },
  ],
  [
    'many strangers',
    { type: 'refusal.summary', source: 'src_a', count: 9, firstMs: 1, lastMs: 2, reasons: { x: 9 } },
    6003,
    0,
    { count: 9 },
  ],
  ['an outcome', outcome(3), 6003, 99, { api: { response: { code: 200 } } }],
  ['what the log says of itself', { type: 'log.heartbeat', open: [] }, 0, 99, {}],
];

describe('a row of OCSF', () => {
  it.each(rows)('for %s', (_, event, classUid, activityId, more) => {
    const row = rowOf(event);
    expect(row).toMatchObject({
      class_uid: classUid,
      category_uid: Math.floor(classUid / 1000),
      activity_id: activityId,
      type_uid: classUid * 100 + activityId,
      time: Date.parse(time),
      metadata: { version: '1.5.0', product: { name: 'Modelward' }, sequence: 7, uid: 'modelward/test/7' },
      unmapped: {
        tlog: {
          origin: 'modelward/test',
          index: 7,
          leaf_hash: Buffer.from(leafHash(sha256, bytesOf(event))).toString('base64'),
        },
      },
      ...more,
    });
  });

  // What the schema of each class requires, besides what the row above checks.
  const required: Readonly<Record<number, readonly string[]>> = {
    0: ['severity_id'],
    3002: ['severity_id', 'user'],
    6003: ['severity_id', 'actor', 'api', 'src_endpoint'],
  };
  it.each(rows)('holds all that its class requires, for %s', (_, event, classUid) => {
    expect(Object.keys(rowOf(event))).toEqual(expect.arrayContaining([...(required[classUid] ?? ['never'])]));
  });
});

describe('a row', () => {
  it.each(exportFormats)('of %s is one line, whatever a client may have got into the record', (format) => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u2028', '\u0085', '\r\n', '\u0000', '","x":"'),
    );
    const run = (bundle: string) => {
      const bytes = bytesOf(decision('a', { bundle }));
      const line = exportRow({ bytes, index: 1 }, { origin: 'o', format });
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      const row = JSON.parse(line) as {
        entry?: { bundle: string };
        authorizations?: { policy: { version: string } }[];
      };
      expect(row.entry?.bundle ?? row.authorizations?.[0]?.policy.version).toBe(bundle);
    };
    fc.assert(
      fc.property(
        text.filter((one) => one.isWellFormed()),
        run,
      ),
    );
  });
});
