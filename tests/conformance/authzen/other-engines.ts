import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../support/house.ts';

/** A decision point that is not ours, in a process of its own. */
export type OtherEngine = { readonly url: string; readonly process: ChildProcess; readonly stop: () => Promise<void> };

export type Engine = { readonly name: string; readonly start: (port: number) => Promise<OtherEngine> };

const policies = join(import.meta.dirname, 'engines');

/** Those that this run has: OPA by `npm test`; Cerbos where MODELWARD_TEST_CERBOS names its program, which takes minutes to build. */
export function otherEngines(): readonly Engine[] {
  const { MODELWARD_TEST_OPA_FRONT: opa, MODELWARD_TEST_CERBOS: cerbos } = process.env;
  const engines: Engine[] = [];
  if (opa !== undefined)
    engines.push({ name: 'Open Policy Agent', start: (port) => startOpa(join(opa, 'opa-front'), port) });
  if (cerbos !== undefined) engines.push({ name: 'Cerbos', start: (port) => startCerbos(cerbos, port) });
  return engines;
}

async function startOpa(program: string, port: number): Promise<OtherEngine> {
  const listen = `127.0.0.1:${port}`;
  return running(listen, spawn(program, ['--listen', listen, '--policy', join(policies, 'policy.rego')]));
}

async function startCerbos(program: string, port: number): Promise<OtherEngine> {
  const listen = `127.0.0.1:${port}`;
  const settings = [
    `server.httpListenAddr=${listen}`,
    `server.grpcListenAddr=127.0.0.1:${await freePort()}`,
    'storage.driver=disk',
    `storage.disk.directory=${join(policies, 'cerbos')}`,
    'telemetry.disabled=true',
    // For batches of a hundred; usually fifty.
    'server.requestLimits.maxActionsPerResource=500',
    'server.requestLimits.maxResourcesPerRequest=500',
  ];
  return running(listen, spawn(program, ['server', ...settings.flatMap((one) => ['--set', one])]));
}

async function running(listen: string, child: ChildProcess): Promise<OtherEngine> {
  const url = `http://${listen}`;
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => (printed += part));
  const exited = once(child, 'exit');
  const deadline = Date.now() + 30_000;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`the decision point did not start: ${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { url, process: child, stop };
}

async function answers(url: string): Promise<boolean> {
  const question = {
    subject: { type: 'User', id: 'x' },
    action: { name: 'x' },
    resource: { type: 'Project', id: 'x' },
  };
  return fetch(`${url}/access/v1/evaluation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...question, subject: { ...question.subject, properties: { roles: [] } } }),
  }).then(
    ({ ok }) => ok,
    () => false,
  );
}
