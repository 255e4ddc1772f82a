import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import * as shape from './shapes.ts';

/** The part of the control API that is about the record. */
export const auditEndpoints = {
  'audit.entries': {
    method: 'GET',
    path: '/api/v1/audit/entries',
    summary: 'Entries of the record from an index on; the newest when none is given',
    access: { action: 'audit.read' },
    input: z.strictObject({ from: shape.wholeNumber.optional(), limit: shape.recordLimit }),
    output: shape.recordPage,
  },
  'audit.query': {
    method: 'GET',
    path: '/api/v1/audit/query',
    summary: 'Entries of the record by who, what, on what, outcome and time, the newest first, from an index: no proof',
    access: { action: 'audit.read' },
    input: z.strictObject({
      /** Ids, with commas between; one of them is enough. */
      actor: shape.idList.optional(),
      about: shape.idList.optional(),
      action: z.string().max(100).optional(),
      outcome: z.enum(['allow', 'deny']).optional(),
      fromMs: shape.wholeNumber.optional(),
      untilMs: shape.wholeNumber.optional(),
      before: shape.wholeNumber.optional(),
      limit: shape.recordLimit,
    }),
    output: z.object({
      size: z.int(),
      /** What was looked at: go on with `before` at `from`, when that is not 0. */
      covered: z.object({ from: z.int(), until: z.int() }),
      entries: shape.indexedEntries,
    }),
  },
  'audit.rebuild-index': {
    method: 'POST',
    path: '/api/v1/audit/index/rebuild',
    summary: 'Throw the index of the record away and make it again from the entries',
    access: { action: 'audit.read' },
    input: z.strictObject({}),
    output: z.object({}),
  },
  'audit.export': {
    method: 'POST',
    path: '/api/v1/audit/exports',
    summary: 'Say that entries are about to leave for another place: it is decided and recorded before they do',
    access: { action: 'audit.export' },
    input: z.strictObject({
      from: z.int().nonnegative(),
      /** The first entry that does not leave. */
      until: z.int().nonnegative(),
      format: z.enum(['ocsf', 'jsonl', 'pack']),
      to: z.enum(['file', 'webhook']),
    }),
    output: z.object({ origin: z.string() }),
  },
  'audit.ids': {
    method: 'GET',
    path: '/api/v1/audit/ids',
    summary:
      'By which ids the record knows something that people call by a name: its own, and the pseudonym of the name',
    access: { action: 'audit.read' },
    input: z.strictObject({ name: shape.recordSubject }),
    output: z.object({ ids: z.array(z.string()) }),
  },
  'record.file': {
    method: 'GET',
    path: '/record/{path*}',
    summary: 'The record as its published files (C2SP tlog-tiles): `checkpoint` and `tile/...`',
    access: { action: 'audit.read' },
    input: z.strictObject({ path: z.string().min(1).max(200) }),
    output: 'octets',
  },
} as const satisfies Record<string, Endpoint>;
