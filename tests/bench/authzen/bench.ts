import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { otherEngines } from '../../conformance/authzen/other-engines.ts';
import { freePort } from '../../support/house.ts';
import { type Load, load } from '../load.ts';

/*
 * `npm run bench -- authzen`: decisions a second over AuthZEN on loopback, the asking program on one core and the decision
 * point on the other: one question a request, and a hundred; the record off and on; beside the engines that there are.
 */

const clients = 32;
const seconds = 5;
const inABatch = 100;

type Asked = { readonly origin: string; readonly headers: Record<string, string>; readonly question: object };
type Measured = { readonly name: string; readonly single: Load; readonly batch: Load };

export async function benchAuthzen(): Promise<void> {
  console.log(`\nAuthZEN over loopback, ${clients} clients, ${seconds} s each, batches of ${inABatch}`);
  const measured = [await measureOurs('off'), await measureOurs('on')];
  for (const { name, start } of otherEngines()) {
    const engine = await start(await freePort());
    measured.push(await measure(name, { origin: engine.url, headers: {}, question: questionOf('reader', 'fraud') }));
    await engine.stop();
  }
  const [off] = measured;
  for (const one of measured) {
    const decisions = Math.round(one.batch.requestsPerSecond * inABatch);
    const ratio = (off?.single.requestsPerSecond ?? Number.NaN) / one.single.requestsPerSecond;
    const { single } = one;
    console.log(
      `${one.name.padEnd(24)} ${Math.round(single.requestsPerSecond)} single/s (p50 ${single.p50Ms.toFixed(2)} ms, p99 ${single.p99Ms.toFixed(2)} ms), ${decisions} batched decisions/s, Modelward with the record off: ${ratio.toFixed(2)} times as many single ones`,
    );
  }
  if (measured.length === 2)
    console.log(
      'OPA and Cerbos are measured beside it where MODELWARD_TEST_OPA_FRONT and MODELWARD_TEST_CERBOS are set',
    );
}

function questionOf(subject: string, resource: string) {
  return {
    subject: { type: 'Service', id: subject, properties: { roles: ['auditor'] } },
    action: { name: 'project.read' },
    resource: { type: 'Project', id: resource },
  };
}

async function measure(name: string, { origin, headers, question }: Asked): Promise<Measured> {
  const common = { origin, headers, clients, seconds };
  const batch = { ...question, evaluations: Array.from({ length: inABatch }, () => ({})) };
  const one = { ...common, path: '/access/v1/evaluation', body: JSON.stringify(question) };
  const many = { ...common, path: '/access/v1/evaluations', body: JSON.stringify(batch) };
  await load({ ...one, seconds: 1 });
  return { name, single: noErrors(await load(one)), batch: noErrors(await load({ ...many, clients: 4 })) };
}

function noErrors(measured: Load): Load {
  if (measured.errors > 0) throw new Error(`${measured.errors} requests were not answered with 200`);
  return measured;
}

async function measureOurs(record: 'on' | 'off'): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'modelward-bench-'));
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve.ts')], {
    cwd: folder,
    env: { ...process.env, MODELWARD_TEST_RECORD: record, MODELWARD_CONTROL_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { secret, reader, project } = JSON.parse(String(line)) as Record<'secret' | 'reader' | 'project', string>;
    return await measure(`Modelward, record ${record}`, {
      origin: `http://localhost:${port}`,
      headers: { authorization: `Bearer ${secret}`, prefer: 'return=minimal' },
      question: questionOf(reader, project),
    });
  } finally {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true });
  }
}
