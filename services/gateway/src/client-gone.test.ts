import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Door, decisionsOf, headOf, listenHttp, openDoor, outcomesOf, readAll } from './testing/door.ts';
import { openRun } from './testing/facts.ts';

afterEach(closeAll);

const artifact = `/api/2.0/mlflow-artifacts/artifacts/1/${openRun}/artifacts/big.bin`;
const create = 'POST /api/2.0/mlflow/registered-models/create';

type Asked = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** A door, and each request as its upstream gets it, to be answered when the test says so. */
async function openHeld() {
  const asked: Asked[] = [];
  let onAsked = (): void => undefined;
  const upstreamPort = await listenHttp((request, response) => {
    request.on('error', () => undefined);
    asked.push({ request, response });
    onAsked();
  });
  const door = await openDoor({ upstreamPort });
  const next = async (): Promise<Asked> => {
    const isAsked = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    if (asked.length === 0) await isAsked;
    return asked.shift() as Asked;
  };
  return { door, next };
}

/** Begins a request and leaves the connection open. */
function begin(
  { port }: Door,
  line: string,
  { body = '', length = body.length }: { body?: string; length?: number } = {},
): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.write(headOf(port, line, { headers: length > 0 ? [`content-length: ${length}`] : [] }) + body);
  return socket;
}

function closed(stream: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

describe('a client that goes away', () => {
  it('in the middle of its question has asked nothing', async () => {
    const door = await openDoor();
    const socket = begin(door, create, { body: '{"name":', length: 100 });
    while (door.connections.length === 0) await new Promise(setImmediate);
    const [connection] = door.connections;
    socket.destroy();
    await closed(connection as Socket);
    await door.drained();
    expect(decisionsOf(door)).toEqual([]);
    expect([door.counts.take().upstream, door.faults]).toEqual([undefined, []]);
  });

  it('while the upstream thinks about a question ends that question as well', async () => {
    const { door, next } = await openHeld();
    const socket = begin(door, 'GET /api/2.0/mlflow/registered-models/get?name=open-model');
    const { request } = await next();
    socket.destroy();
    await once(request.socket, 'close');
    await door.drained();
    expect(outcomesOf(door)).toEqual([{ of: 0, status: 200, end: 'client-gone' }]);
    expect(door.faults).toEqual([]);
  });

  it('while the upstream makes a change does not undo it: it is seen through, and so are its consequences', async () => {
    const { door, next } = await openHeld();
    const socket = begin(door, create, { body: '{"name":"open-new"}' });
    const { request, response } = await next();
    await readAll(request);
    const [connection] = door.connections;
    socket.destroy();
    await closed(connection as Socket);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"registered_model":{"name":"open-new"}}');
    await door.drained();
    expect(door.facts).toContainEqual(expect.objectContaining({ key: 'open-new', state: 'live', ownerId: 'acc_ada' }));
    expect(outcomesOf(door)).toMatchObject([{ of: 0, end: 'client-gone' }]);
    expect(door.faults).toEqual([]);
  });

  it('in the middle of an upload leaves the upstream with an upload that broke off', async () => {
    const { door, next } = await openHeld();
    const socket = begin(door, `PUT ${artifact}`, { body: 'x'.repeat(1000), length: 1_000_000 });
    const { request } = await next();
    const [part] = (await once(request, 'data')) as [Buffer];
    expect(part.length).toBeGreaterThan(0);
    socket.destroy();
    await closed(request);
    expect(request.complete).toBe(false);
    await door.drained();
    expect(outcomesOf(door)).toMatchObject([{ of: 0, end: 'client-gone' }]);
    expect(door.log.at(-1)).toMatchObject({ bytesIn: 1000 });
    expect(door.faults).toEqual([]);
  });

  it('in the middle of a download stops the upstream', async () => {
    const { door, next } = await openHeld();
    const socket = begin(door, `GET ${artifact}`);
    const { response } = await next();
    response.writeHead(200, { 'content-length': 1_000_000_000 });
    response.write(Buffer.alloc(100_000));
    await once(socket, 'data');
    socket.destroy();
    await once(response, 'close');
    await door.drained();
    expect(response.writableFinished).toBe(false);
    expect(outcomesOf(door)).toEqual([{ of: 0, status: 200, end: 'client-gone' }]);
    expect(door.faults).toEqual([]);
  });

  it('before its decision is durable has it recorded, and nothing done', async () => {
    let release = (): void => undefined;
    const durable = new Promise<void>((resolve) => {
      release = resolve;
    });
    let onAppend = (): void => undefined;
    const appended = new Promise<void>((resolve) => {
      onAppend = resolve;
    });
    const outcomes: unknown[] = [];
    const door = await openDoor({
      deps: {
        append: async (event) => {
          if (event.type === 'outcome') outcomes.push(event.end);
          onAppend();
          await durable;
          return { origin: 'modelward/test', index: 0 };
        },
      },
    });
    const socket = begin(door, create, { body: '{"name":"open-new"}' });
    await appended;
    const [connection] = door.connections;
    socket.destroy();
    await closed(connection as Socket);
    release();
    await door.drained();
    expect(outcomes).toEqual(['client-gone']);
    expect(door.counts.take().upstream).toBeUndefined();
    // A name that stayed reserved would be taken over by the next try, with whatever the upstream holds under it.
    expect(door.facts.filter(({ key }) => key === 'open-new')).toEqual([]);
  });
});
