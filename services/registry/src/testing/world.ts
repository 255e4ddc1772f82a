import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@modelward/basics';
import type { Caller, OwnReading, UpstreamRequest } from '@modelward/contract';
import { type Database, readSnapshot } from '@modelward/storage';
import type { Blobs } from '../artifacts/blobs.ts';
import { createRegistry } from '../registry.ts';

/** What a reading looks like in a test: `run.read Run abc`. */
export const told = ({ action, type, key }: OwnReading) => `${action} ${type} ${key}`;

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly json: JsonObject;
};
type Sent = Partial<Pick<UpstreamRequest, 'headers' | 'signal'>> & {
  readonly json?: unknown;
  readonly body?: UpstreamRequest['body'];
  readonly caller?: Caller;
};

/** May everything, and remembers what was asked. */
export function openCaller(allows: (reading: OwnReading) => boolean = () => true) {
  const asked: string[] = [];
  const decide = async (reading: OwnReading) => {
    asked.push(told(reading));
    return allows(reading);
  };
  const caller: Caller = { principalId: 'acc_1', principalName: 'ada', authorize: decide, maySee: decide };
  return { caller, asked };
}

/** A registry on a database and a folder of its own. */
export function createWorld(database: Database, replaced: { blobs?: Blobs } = {}) {
  const blobFolder = join(mkdtempSync(join(tmpdir(), 'modelward-registry-')), 'blobs');
  let ids = 0;
  let nowMs = 1_700_000_000_000;
  const registry = createRegistry({
    database,
    blobFolder,
    nowMs: () => nowMs++,
    newId: (prefix) => `${prefix}_${ids++}`,
    ...replaced,
  });
  /** `POST /mlflow/...`, below `/api/2.0`. */
  const send = async (line: string, { json, body, headers, signal, caller }: Sent = {}): Promise<Answer> => {
    const [method = '', path = ''] = line.split(' ');
    const content = json === undefined ? body : Buffer.from(JSON.stringify(json));
    const answer = await registry.send(
      {
        method,
        target: path.startsWith('/api') || path.startsWith('/ajax') ? path : `/api/2.0${path}`,
        headers: headers ?? {},
        ...(content === undefined ? {} : { body: content }),
        signal: signal ?? AbortSignal.timeout(30_000),
      },
      caller ?? openCaller().caller,
    );
    const parts: Uint8Array[] = [];
    for await (const part of answer.body) parts.push(part);
    const whole = Buffer.concat(parts);
    const isJson = answer.headers['content-type'] === 'application/json' && whole.length > 0;
    return { ...answer, body: whole, json: isJson ? (JSON.parse(whole.toString()) as JsonObject) : {} };
  };
  return { database, blobFolder, send, rows: () => rowsOf(database), blobs: () => filesIn(blobFolder) };
}

export type World = ReturnType<typeof createWorld>;

/** An experiment with a run and a logged model, a model with a version and an alias, and an artifact of each. */
export async function furnish({ send }: Pick<World, 'send'>, project = 'fraud') {
  const text = (value: unknown) => String(value);
  const experiment = text(
    (await send('POST /mlflow/experiments/create', { json: { name: `${project}-x` } })).json.experiment_id,
  );
  const created = await send('POST /mlflow/runs/create', { json: { experiment_id: experiment, start_time: 1 } });
  const run = text((created.json.run as { info: JsonObject }).info.run_id);
  const logged = await send('POST /mlflow/logged-models', {
    json: { experiment_id: experiment, source_run_id: run, name: 'scorer' },
  });
  const modelId = text((logged.json.model as { info: JsonObject }).info.model_id);
  const name = `${project}-scorer`;
  await send('POST /mlflow/registered-models/create', { json: { name } });
  const json = { name, source: `runs:/${run}/model`, run_id: run };
  await send('POST /mlflow/model-versions/create', { json });
  await send('POST /mlflow/registered-models/alias', { json: { name, alias: 'champion', version: '1' } });
  const root = `${experiment}/${run}/artifacts`;
  await send(`PUT /mlflow-artifacts/artifacts/${root}/notes/a.txt`, { body: Buffer.from(`hello ${project}`) });
  return { experiment, run, modelId, name, root };
}

async function rowsOf(database: Database): Promise<readonly string[]> {
  const rows: string[] = [];
  await readSnapshot(database, async (row) => {
    rows.push(JSON.stringify(row));
  });
  return rows;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
