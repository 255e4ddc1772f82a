import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { addPerson, enrolAdministrator, type House, type Person, startHouse } from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';

describe('artifacts through the whole house', () => {
  let house: House;
  let ada: Person;
  let root: string;

  const call = (method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) =>
    fetch(`${house.trackingUri}/api/2.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${ada.token}`,
        ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      },
      ...(body === undefined ? {} : { body }),
    });
  const post = async (path: string, body: object) =>
    (await (await call('POST', `/mlflow/${path}`, JSON.stringify(body))).json()) as {
      experiment_id: string;
      run: { info: { run_id: string } };
    };

  beforeAll(async () => {
    house = await startHouse();
    const administrator = await enrolAdministrator(house);
    await administrator.call('projects.add', { key: 'fraud', title: 'Fraud', listed: false });
    ada = await addPerson(house, administrator, { name: 'ada', roles: [['data-scientist', 'project:fraud']] });
    const { experiment_id } = await post('experiments/create', { name: 'fraud-x' });
    const { run } = await post('runs/create', { experiment_id });
    root = `${experiment_id}/${run.info.run_id}/artifacts`;
  });

  afterAll(async () => {
    expect(await house.stop()).toBe(0);
    await verifyRecord(house);
  });

  it('come back byte for byte', async () => {
    const bytes = randomBytes(5_000_000);
    expect((await call('PUT', `/mlflow-artifacts/artifacts/${root}/whole.bin`, bytes)).status).toBe(200);
    const back = Buffer.from(await (await call('GET', `/mlflow-artifacts/artifacts/${root}/whole.bin`)).arrayBuffer());
    expect(digestOf(back)).toBe(digestOf(bytes));
  });

  it('of a client whose connection breaks leave nothing, and the next upload is taken', async () => {
    const incoming = join(house.folder, 'data', 'artifacts', 'incoming');
    const { hostname, port } = new URL(house.trackingUri);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const head = [
      `PUT /api/2.0/mlflow-artifacts/artifacts/${root}/cut.bin HTTP/1.1`,
      `host: ${hostname}:${port}`,
      `authorization: Bearer ${ada.token}`,
      'content-length: 10000000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    socket.write(randomBytes(1_000_000));
    await vi.waitFor(() => expect(readdirSync(incoming)).toHaveLength(1), { timeout: 10_000, interval: 5 });
    socket.destroy();
    await vi.waitFor(() => expect(readdirSync(incoming)).toEqual([]), { timeout: 10_000, interval: 5 });
    expect((await call('GET', `/mlflow-artifacts/artifacts/${root}/cut.bin`)).status).toBe(404);
    expect((await call('PUT', `/mlflow-artifacts/artifacts/${root}/cut.bin`, Buffer.from('whole'))).status).toBe(200);
  });
});

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
