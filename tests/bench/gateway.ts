import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addPerson, enrolAdministrator, type House, startHouse } from '../support/house.ts';
import { download, upload } from './artifact.ts';
import { load } from './load.ts';

/* The gateway before a stub upstream. Stub, server and load generator share the machine, so that only the ratios are to be compared. */

const gibibyte = 1024 ** 3;
const model = '/api/2.0/mlflow/registered-models/get?name=bench-model';

export async function benchGateway(): Promise<void> {
  await benchTime();
  await benchRate();
  await benchArtifact();
}

async function benchTime(): Promise<void> {
  const stage = await setStage(5);
  const direct = await load({ origin: stage.stub, path: model, clients: 1, seconds: 4 });
  const through = await load({
    origin: stage.house.trackingUri,
    path: model,
    headers: stage.headers,
    clients: 1,
    seconds: 4,
  });
  console.log(
    "\nThe gateway's own time, one client, before a stub that takes 5 ms, every decision and outcome recorded durably",
  );
  row(
    'p50',
    `${(through.p50Ms - direct.p50Ms).toFixed(2)} ms`,
    `(${through.p50Ms.toFixed(2)} through, ${direct.p50Ms.toFixed(2)} direct)`,
  );
  row(
    'p99',
    `${(through.p99Ms - direct.p99Ms).toFixed(2)} ms`,
    `(${through.p99Ms.toFixed(2)} through, ${direct.p99Ms.toFixed(2)} direct)`,
  );
  await stage.end();
}

async function benchRate(): Promise<void> {
  const stage = await setStage(0);
  const direct = await load({ origin: stage.stub, path: model, clients: 16, seconds: 4 });
  const through = await load({
    origin: stage.house.trackingUri,
    path: model,
    headers: stage.headers,
    clients: 16,
    seconds: 4,
  });
  console.log('\nRequests a second for registered-models/get, 16 clients, before a stub that takes no time');
  row(
    'through',
    through.requestsPerSecond.toFixed(0),
    `p50 ${through.p50Ms.toFixed(2)} ms, p99 ${through.p99Ms.toFixed(2)} ms, ${through.errors} errors`,
  );
  row(
    'direct',
    direct.requestsPerSecond.toFixed(0),
    `p50 ${direct.p50Ms.toFixed(2)} ms, p99 ${direct.p99Ms.toFixed(2)} ms`,
  );
  row('ratio', (through.requestsPerSecond / direct.requestsPerSecond).toFixed(3));
  await stage.end();
}

async function benchArtifact(): Promise<void> {
  const stage = await setStage(0);
  const path = `/api/2.0/mlflow-artifacts/artifacts/1/${'a'.repeat(32)}/artifacts/bytes-${gibibyte}`;
  const direct = { origin: stage.stub, path, bytes: gibibyte };
  const through = { ...direct, origin: stage.house.trackingUri, headers: stage.headers };
  const before = { peak: megabytes(stage.house.process, 'VmHWM'), now: megabytes(stage.house.process, 'VmRSS') };
  forgetPeak(stage.house.process);
  const up = { direct: await upload(direct), through: await upload(through) };
  const down = { direct: await download(direct), through: await download(through) };
  console.log('\nAn artifact of 1 GiB');
  row(
    'upload',
    `${(up.through / up.direct).toFixed(2)} of direct`,
    `(${up.through.toFixed(0)} through, ${up.direct.toFixed(0)} direct, MB/s)`,
  );
  row(
    'download',
    `${(down.through / down.direct).toFixed(2)} of direct`,
    `(${down.through.toFixed(0)} through, ${down.direct.toFixed(0)} direct, MB/s)`,
  );
  row(
    'peak memory',
    `${megabytes(stage.house.process, 'VmHWM')} MB`,
    `resident, the whole server, meanwhile (${before.now} before, ${before.peak} at most until then)`,
  );
  await stage.end();
}

type Stage = {
  readonly house: House;
  readonly stub: string;
  readonly headers: Record<string, string>;
  readonly end: () => Promise<void>;
};

/** A stub, a house before it, and somebody who may use a model and a run there. */
async function setStage(latencyMs: number): Promise<Stage> {
  const stub = spawn(process.execPath, [join(import.meta.dirname, 'stub-upstream.ts'), String(latencyMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(stub.stdout, 'data');
  const origin = `http://127.0.0.1:${String(port).trim()}`;
  const house = await startHouse({
    upstream: `{ kind: mlflow, url: "${origin}", acceptOpen: "a stub for the bench" }`,
  });
  const administrator = await enrolAdministrator(house);
  await administrator.call('projects.add', { key: 'bench', title: 'Bench', listed: false });
  const person = await addPerson(house, administrator, { name: 'ada', roles: [['data-scientist', 'project:bench']] });
  const headers = { authorization: `Bearer ${person.token}` };
  for (const [path, body] of [
    ['experiments/create', { name: 'bench-experiment' }],
    ['runs/create', { experiment_id: '1' }],
    ['registered-models/create', { name: 'bench-model' }],
  ] as const) {
    const answer = await fetch(`${house.trackingUri}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
  return { house, stub: origin, headers, end: () => leaveStage(house, stub) };
}

async function leaveStage(house: House, stub: ChildProcess): Promise<void> {
  await house.stop();
  stub.kill();
  rmSync(house.folder, { recursive: true, force: true });
}

/** What the process holds now, or the most that it held since the peak was forgotten (Linux only). */
function megabytes({ pid }: ChildProcess, figure: 'VmRSS' | 'VmHWM'): string {
  try {
    const kilobytes = new RegExp(`${figure}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (Number(kilobytes) / 1024).toFixed(0);
  } catch {
    return 'unknown';
  }
}

/** What a start and the first sign-ins took is not what a transfer takes. */
function forgetPeak({ pid }: ChildProcess): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Elsewhere than on Linux, or where it may not be written, the figure is the peak of the whole life.
  }
}

function row(name: string, figure: string, more = ''): void {
  console.log(`  ${name.padEnd(12)} ${figure.padStart(12)}  ${more}`);
}
