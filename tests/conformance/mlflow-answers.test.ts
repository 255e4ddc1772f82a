import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRegistry } from '@modelward/registry';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databases } from '../support/databases.ts';
import { python, type RealMlflow, startRealMlflow } from '../support/real-mlflow.ts';
import { conversation, type Step } from './mlflow-calls.ts';

if (python === undefined) {
  console.warn(
    'SKIPPED answers of the registry beside those of MLflow: MODELWARD_TEST_PYTHON names no Python with mlflow',
  );
}

type Sent = { method: string; target: string; headers: Record<string, string>; body?: Buffer };
type Answered = { status: number; headers: Readonly<Record<string, string>>; text: string };
type Send = (request: Sent) => Promise<Answered>;

/** The same conversation with one server: what it answered, with its own ids and times taken out. */
async function converse(send: Send): Promise<readonly unknown[]> {
  const known = new Map<string, string>();
  const told: unknown[] = [];
  for (const step of conversation) {
    const answer = await send(requestOf(step, known));
    for (const [name, place] of Object.entries(step.keep ?? {}))
      known.set(name, String(at(JSON.parse(answer.text), place)));
    told.push({
      step: `${step.line} ${JSON.stringify(step.body ?? step.headers ?? '')}`.slice(0, 300),
      ...toldOf(step, answer, known),
    });
  }
  return told;
}

function requestOf({ line, body, bytes, headers }: Step, known: ReadonlyMap<string, string>): Sent {
  const fill = (text: string) =>
    text.replace(
      /\{(\w+)\}|%7B(\w+)%7D/g,
      (whole, name: string, encoded: string) => known.get(name ?? encoded) ?? whole,
    );
  const [method = '', path = ''] = fill(line).split(' ');
  const content = bytes === undefined ? (body === undefined ? undefined : fill(JSON.stringify(body))) : bytes;
  const isArtifact = path.startsWith('/mlflow-artifacts');
  return {
    method,
    target: `/api/2.0${path}`,
    headers: {
      ...(content === undefined ? {} : { 'content-length': String(Buffer.byteLength(content)) }),
      ...(content === undefined || isArtifact ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: Buffer.from(content) }),
  };
}

function at(value: unknown, place: string): unknown {
  return place.split('.').reduce((inner, name) => (inner as Record<string, unknown>)?.[name], value);
}

const comparedHeaders = ['content-type', 'content-length', 'content-range', 'content-disposition', 'accept-ranges'];

function toldOf(
  { line, compare }: Step,
  { status, headers, text }: Answered,
  known: ReadonlyMap<string, string>,
): object {
  const isDownload = line.startsWith('GET /mlflow-artifacts/artifacts/') && status < 400;
  if (isDownload) {
    return { status, text, headers: Object.fromEntries(comparedHeaders.map((name) => [name, headers[name]])) };
  }
  const answer = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  if (compare === 'code') return { status, code: answer.error_code };
  if (answer.error_code !== undefined)
    return plain({ status, code: answer.error_code, message: answer.message }, known) as object;
  return { status, answer: plain(answer, known) };
}

const times = /^(?:creation_time|last_update_time|(?:creation|last_updated)_timestamp(?:_ms)?|next_page_token)$/;

/** Ids as the names that the conversation gave them, times as a word, and lists of tags and the like in one order. */
function plain(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    const ids = [...known].filter(([, id]) => id.length >= 32).sort(([, a], [, b]) => b.length - a.length);
    return ids.reduce((text, [name, id]) => text.replaceAll(id, `{${name}}`), value);
  }
  if (Array.isArray(value)) return value.map((item) => plain(item, known)).sort(byKey);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]) => [name, partOf(name, inner)] as const)
      .filter(([name, inner]) => name !== 'tags' || !Array.isArray(inner) || inner.length > 0)
      .map(([name, inner]) => [name, plain(inner, known)]),
  );
}

function partOf(name: string, inner: unknown): unknown {
  if (times.test(name)) return '<moment>';
  // MLflow gives them no order.
  if (name === 'latest_versions' && Array.isArray(inner)) return inner.toSorted((a, b) => compare(a, b, 'version'));
  // MLflow notes on a logged model which versions were made of it, whoever may know of them: a name that could be hidden.
  return name === 'tags' && Array.isArray(inner) ? inner.filter((tag) => !isVersionsNote(tag)) : inner;
}

const isVersionsNote = (tag: unknown) => (tag as { key?: string }).key === 'mlflow.modelVersions';

const byKey = (a: unknown, b: unknown) => compare(a, b, 'key');

function compare(a: unknown, b: unknown, name: string): number {
  const [first, second] = [a, b].map((item) => String((item as Record<string, unknown> | null)?.[name] ?? ''));
  return first === second ? 0 : (first ?? '') < (second ?? '') ? -1 : 1;
}

describe.skipIf(python === undefined)('the built-in registry beside a real MLflow server', () => {
  let mlflow: RealMlflow;
  let expected: readonly unknown[];

  beforeAll(async () => {
    mlflow = await startRealMlflow();
    const pool = new Pool('http://localhost', { socketPath: mlflow.socket });
    expected = await converse(async ({ target, ...request }) => {
      const { statusCode, headers, body } = await pool.request({ path: target, ...request } as Parameters<
        Pool['request']
      >[0]);
      return { status: statusCode, headers: headers as Record<string, string>, text: await body.text() };
    });
    await pool.close();
  });

  afterAll(() => mlflow.stop());

  it.each(databases)('answers the same conversation in the same way, on $name', async ({ open }) => {
    const database = await open();
    let ids = 0;
    let nowMs = 1_700_000_000_000;
    const registry = createRegistry({
      database,
      blobFolder: join(mkdtempSync(join(tmpdir(), 'modelward-blobs-')), 'blobs'),
      // MLflow's clock goes on between two steps, and its order by time shows it.
      nowMs: () => nowMs++,
      newId: (prefix) => `${prefix}_${ids++}`,
    });
    const caller = {
      principalId: 'acc_1',
      principalName: 'ada',
      authorize: async () => true,
      maySee: async () => true,
    };
    const told = await converse(async (request) => {
      const answer = await registry.send({ ...request, signal: AbortSignal.timeout(60_000) }, caller);
      const parts: Uint8Array[] = [];
      for await (const part of answer.body) parts.push(part);
      return { status: answer.status, headers: answer.headers, text: Buffer.concat(parts).toString() };
    });
    for (const [place, answer] of told.entries()) expect.soft(answer).toEqual(expected[place]);
    await database.close();
  });
});
