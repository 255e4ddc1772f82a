import type { JsonObject } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../limits.ts';
import { describe as describeRequest, match } from './describe.ts';
import { readJsonBody } from './fields.ts';

/* Laws of reading: whatever is accepted, MLflow reads as we do. Each oracle below is MLflow's own reading, written anew. */

const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(32));

/** JSON text with these members in this order, each key spelled as given. */
function jsonText(members: readonly (readonly [string, string])[]): string {
  return `{${members.map(([key, value]) => `"${key}":${JSON.stringify(value)}`).join(',')}}`;
}

/** `ParseDict`: both spellings are the field, and the last member in the text wins. */
function runIdAsProtobuf(text: string): string | undefined {
  let found: string | undefined;
  for (const [, escaped = '', value] of text.matchAll(/"((?:[^"\\]|\\.)*)":"([^"]*)"/g)) {
    const key = JSON.parse(`"${escaped}"`) as string;
    if (key === 'run_id' || key === 'runId') found = value;
  }
  return found;
}

describe('a body that is accepted', () => {
  const key = fc.constantFrom(
    'run_id',
    'runId',
    'run\\u005fid',
    'RUN_ID',
    'runid',
    'run_uuid',
    'key',
    'runUuid',
    ' run_id',
    '__proto__',
  );
  it('names the run that protobuf reads', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.constantFrom(...ids)), { maxLength: 5 }), (members) => {
        const text = jsonText(members);
        const body = readJsonBody(text);
        if (!body.ok) return;
        const head = { method: 'POST', target: '/api/2.0/mlflow/runs/set-tag', headers: {} };
        const described = describeRequest(head, body.value as JsonObject);
        if (!described.ok) return;
        const read = runIdAsProtobuf(text);
        // `run_uuid` alone is the old spelling of the same field, and MLflow's handlers fall back to it.
        if (read !== undefined)
          expect(described.value.needs).toEqual([{ action: 'run.update', on: { type: 'Run', key: read } }]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an artifact path that is accepted', () => {
  const piece = fc.constantFrom(
    'a',
    '..',
    '.',
    '/',
    '%',
    '%2e',
    '%2E',
    '%252e',
    '%2f',
    '%5c',
    '\\',
    ';',
    '#',
    '?',
    ' ',
    '\u00e9',
    '\u0000',
    '%00',
    'x y',
    '//',
  );
  const encodings = fc.nat({ max: 3 });

  /** Decodes as often as anything behind us might. */
  function everyReading(path: string): readonly string[] {
    const readings = [path];
    for (let times = 0; times < 10; times += 1) {
      try {
        readings.push(decodeURIComponent(readings.at(-1) ?? ''));
      } catch {
        break;
      }
    }
    return readings;
  }

  it('stays where it is, however often it is decoded and by whatever sign it is split', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), encodings, (pieces, times) => {
        let rest = pieces.join('');
        for (let at = 0; at < times; at += 1) rest = encodeURIComponent(rest);
        const target = `/api/2.0/mlflow-artifacts/artifacts/1/${ids[0]}/artifacts/${rest}`;
        const head = { method: 'GET', target, headers: {} };
        const matched = match(head);
        const described = matched.ok ? describeRequest(head, undefined) : matched;
        if (!described.ok) return;
        for (const reading of everyReading(target.slice(1))) {
          expect(reading.split(/[/\\]/)).not.toContain('..');
          expect(reading.split(/[/\\]/)).not.toContain('');
          expect(reading).not.toMatch(/[#;?\\]/);
        }
        expect(described.value.needs).toMatchObject([{ on: { type: 'Run', key: ids[0], within: '1' } }]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a query that is accepted', () => {
  const name = fc.constantFrom('run_id', 'run_uuid', 'runId', 'run%5fid', 'run_id[]', 'RUN_ID', 'x');
  it('names the run that MLflow reads: the first of a name, in snake case', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.constantFrom(...ids)), { minLength: 1, maxLength: 4 }), (pairs) => {
        const query = pairs.map(([key, value]) => `${key}=${value}`).join('&');
        const head = { method: 'GET', target: `/api/2.0/mlflow/runs/get?${query}`, headers: {} };
        const described = describeRequest(head, undefined);
        if (!described.ok) return;
        const params = new URLSearchParams(query);
        const read = params.get('run_id') ?? params.get('run_uuid');
        expect(described.value.needs).toEqual([{ action: 'run.read', on: { type: 'Run', key: read } }]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a request that names many', () => {
  const batch = (count: number) => {
    const metrics = Array.from({ length: count }, (_, at) => ({ model_id: `m-${at.toString(16).padStart(32, '0')}` }));
    const head = { method: 'POST', target: '/api/2.0/mlflow/runs/log-batch', headers: {} };
    return describeRequest(head, { run_id: ids[0] ?? '', metrics });
  };
  it('is read up to what is decided at once', () => {
    expect(batch(limits.resourcesPerRequest - 1).ok).toBe(true);
    expect(batch(limits.resourcesPerRequest)).toMatchObject({ ok: false, reason: { reason: 'malformed' } });
  });
});
