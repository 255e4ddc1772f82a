import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { AuditEntry } from '@modelward/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { speakMlflow } from '../demo/mlflow-protocol.ts';
import { createControlClient } from '../support/control-client.ts';
import {
  type Administrator,
  addPerson,
  enrolAdministrator,
  freePort,
  type House,
  signInWithPasskey,
  startHouse,
} from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';

let house: House;
let root: Administrator;
beforeAll(async () => {
  house = await startHouse();
  root = await enrolAdministrator(house);
});
afterAll(async () => {
  await house.stop();
});

/** Starts the same house again on its folder; what it prints when it cannot. */
const refusedStart = (options: Parameters<typeof startHouse>[0]) =>
  startHouse(options).then(
    async (unexpected) => `it started: ${await unexpected.stop()}`,
    (fault: Error) => fault.message,
  );

describe('a start', () => {
  it('on a data folder that is in use says who holds it', async () => {
    const printed = await refusedStart({ environment: { MODELWARD_DATA_FOLDER: `${house.folder}/data` } });
    expect(printed).toContain('the server ended with 1');
    expect(printed).toContain(`is in use by a Modelward server (process ${house.process.pid}, since 20`);
    expect(printed).toContain('stop that one, or set `dataFolder`');
  });

  it('on a taken port says who may hold it and how to move, and leaves the other port free', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const taken = (holder.address() as AddressInfo).port;
    const other = await freePort();
    const environment = { MODELWARD_CONTROL_PORT: String(other), MODELWARD_MLFLOW_PORT: String(taken) };
    const printed = await refusedStart({ environment });
    holder.close();
    expect(printed).toContain('the server ended with 1');
    expect(printed).toContain(`port ${taken} on 127.0.0.1 is taken, perhaps by another Modelward`);
    expect(printed).toContain('`mlflow.port` in modelward.yaml or MODELWARD_MLFLOW_PORT');
    const again = createServer().listen(other, '127.0.0.1');
    await once(again, 'listening');
    again.close();
  });

  it('on port 5000 names MLflow and AirPlay', async () => {
    const holder = createServer().listen(5000, '127.0.0.1');
    // Whoever holds it already does as well.
    await Promise.race([once(holder, 'listening'), once(holder, 'error')]);
    const printed = await refusedStart({ environment: { MODELWARD_MLFLOW_PORT: '5000' } });
    holder.close();
    expect(printed).toMatch(
      /port 5000 on 127.0.0.1 is taken, most likely by an MLflow server .* or by AirPlay on a Mac/,
    );
  });

  it('with a configuration that is refused lists what is wrong, and leaves nothing behind', async () => {
    const printed = await refusedStart({ environment: { MODELWARD_CONTROL_HOST: '0.0.0.0', MODELWARD_PROT: '1' } });
    expect(printed).toContain('control.host: `0.0.0.0` can be reached from other machines, without TLS;');
    expect(printed).toContain('MODELWARD_PROT: no setting has this variable;');
  });
});

describe('a stop', () => {
  it('finishes what is on its way at both doors, closes the record, and waits for no idle connection', async () => {
    const ada = await addProjectWithRun();
    const idle = await connectTo(house.controlUrl);
    idle.write(`GET /healthz HTTP/1.1\r\nhost: ${new URL(house.controlUrl).host}\r\n\r\n`);
    await once(idle, 'data');

    const body = JSON.stringify({ name: 'late-comer' });
    const change = await begin(house.controlUrl, {
      head: 'POST /api/v1/people',
      secret: root.secret,
      length: body.length,
    });
    const upload = await begin(house.trackingUri, { head: `PUT ${ada.path}`, secret: ada.token, length: 8 });
    const startedMs = Date.now();
    const exited = house.stop('SIGTERM');
    await untilRefused(house.controlUrl);

    const [changed, uploaded] = await Promise.all([finish(change, body), finish(upload, 'weights!')]);
    expect(changed).toContain('HTTP/1.1 200 OK');
    expect(changed).toContain('"name":"late-comer"');
    expect(uploaded).toContain('HTTP/1.1 200 OK');
    expect(await exited).toBe(0);
    // Half a minute is what a kept-alive connection may idle.
    expect(Date.now() - startedMs).toBeLessThan(9000);
    await verifyRecord(house);
  });

  it('leaves every decision with its outcome: the next start finds nothing to settle', async () => {
    house = await startHouse({ folder: house.folder });
    const call = await signIn();
    const { entries: page } = await call('audit.entries', { from: 0, limit: 500 });
    const entries = page.map(({ entry }) => entry as AuditEntry);
    expect(entries.filter(({ type }) => type === 'outcome.unknown')).toEqual([]);
    const opened = entries.findLastIndex(({ type }) => type === 'log.opened');
    expect(entries[opened - 1]?.type).toBe('log.closed');
    const people = entries.filter((entry) => entry.type === 'change' && entry.what === 'account.created');
    expect(people).toHaveLength(3);
  });

  it('by Ctrl-C is the same', async () => {
    expect(await house.stop('SIGINT')).toBe(0);
    expect(house.printed()).toContain('the record is closed');
    await verifyRecord(house);
  });
});

async function signIn() {
  return createControlClient(house.controlUrl, await signInWithPasskey(house, root));
}

/** Somebody who may upload, and the path of an artifact of a run of theirs. */
async function addProjectWithRun(): Promise<{ readonly token: string; readonly path: string }> {
  await root.call('projects.add', { key: 'fraud', title: 'Fraud' });
  const { token } = await addPerson(house, root, { name: 'ada', roles: [['data-scientist', 'project:fraud']] });
  const ask = speakMlflow(house.trackingUri, token);
  const experiment = (await ask('POST', 'mlflow/experiments/create', { name: 'fraud-one' })).body.experiment_id;
  const run = (await ask('POST', 'mlflow/runs/create', { experiment_id: experiment })).body.run;
  const { run_id: id } = (run as { info: { run_id: string } }).info;
  return { token, path: `/api/2.0/mlflow-artifacts/artifacts/${experiment}/${id}/artifacts/weights.bin` };
}

async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  await once(socket, 'connect');
  return socket;
}

type Beginning = { readonly head: string; readonly secret: string; readonly length: number };

/** A request whose head has arrived, for the server has asked for its body. */
async function begin(url: string, { head, secret, length }: Beginning): Promise<Socket> {
  const socket = await connectTo(url);
  const lines = [`${head} HTTP/1.1`, `host: ${new URL(url).host}`, `authorization: Bearer ${secret}`];
  const more = ['content-type: application/json', `content-length: ${length}`, 'expect: 100-continue'];
  socket.write(`${[...lines, ...more].join('\r\n')}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toContain('100 Continue');
  return socket;
}

async function finish(socket: Socket, body: string): Promise<string> {
  let answer = '';
  socket.on('data', (part) => {
    answer += part;
  });
  socket.write(body);
  await once(socket, 'close');
  return answer;
}

/** The stop has begun: nobody else gets in. */
async function untilRefused(url: string): Promise<void> {
  await vi.waitFor(async () => {
    const socket = await connectTo(url).catch(() => undefined);
    socket?.destroy();
    expect(socket).toBeUndefined();
  });
}
