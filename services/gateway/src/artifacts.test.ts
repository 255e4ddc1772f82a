import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, type Door, headOf, listenHttp, openDoor } from './testing/door.ts';
import { openRun } from './testing/facts.ts';

afterEach(closeAll);

const artifact = `/api/2.0/mlflow-artifacts/artifacts/1/${openRun}/artifacts/big.bin`;
const part = randomBytes(256 * 1024);
const parts = 256;
const length = part.length * parts;

/** What lies between two ends that do not read: the buffers of sockets and streams, and nothing that grows. */
const inBetweenBytes = 16 * 1024 * 1024;

/** Waits until a count stands still, and returns it. */
async function settled(count: () => number): Promise<number> {
  for (let last = -1, still = 0; still < 5; last = count()) {
    still = count() === last ? still + 1 : 0;
    await wait(20);
  }
  return count();
}

describe('an artifact of 64 MiB', () => {
  it('comes down no faster than it is read, and whole', async () => {
    let sent = 0;
    const upstreamPort = await listenHttp(async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length });
      for (let count = 0; count < parts; count += 1) {
        if (!response.write(part)) await once(response, 'drain');
        sent += part.length;
      }
      response.end();
    });
    const door = await openDoor({ upstreamPort });
    const socket = connect(door.port, '127.0.0.1');
    socket.write(headOf(door.port, `GET ${artifact}`, {}));
    await once(socket, 'readable');
    expect(await settled(() => sent)).toBeLessThan(inBetweenBytes);
    expect(await digestOf(socket)).toEqual(whole());
  });

  it('goes up no faster than it is taken, and whole', async () => {
    let taken = 0;
    const hash = createHash('sha256');
    let onReady = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      onReady = resolve;
    });
    const upstreamPort = await listenHttp(async (request, response) => {
      await ready;
      for await (const piece of request) {
        hash.update(piece);
        taken += piece.length;
      }
      response.end('{}');
    });
    const door = await openDoor({ upstreamPort });
    const sent = upload(door);
    expect(await settled(sent.count)).toBeLessThan(inBetweenBytes);
    onReady();
    expect(await sent.answer).toContain(' 200 ');
    expect([taken, hash.digest('hex')]).toEqual([length, whole().digest]);
  });
});

function upload({ port }: Door) {
  const socket = connect(port, '127.0.0.1');
  let sent = 0;
  socket.write(headOf(port, `PUT ${artifact}`, { headers: [`content-length: ${length}`] }));
  const pump = async () => {
    for (let count = 0; count < parts; count += 1) {
      if (!socket.write(part)) await once(socket, 'drain');
      sent += part.length;
    }
  };
  const answer = Promise.all([once(socket, 'data'), pump()]).then(([[data]]) => String(data));
  return { count: () => sent, answer };
}

function whole() {
  const hash = createHash('sha256');
  for (let count = 0; count < parts; count += 1) hash.update(part);
  return { bytes: length, digest: hash.digest('hex') };
}

/** Length and digest of the body that comes from here on. */
async function digestOf(socket: AsyncIterable<Buffer>) {
  const hash = createHash('sha256');
  let bytes = 0;
  let head = Buffer.alloc(0);
  let isBody = false;
  for await (const piece of socket) {
    let rest = piece;
    if (!isBody) {
      head = Buffer.concat([head, piece]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      isBody = true;
      rest = head.subarray(end + 4);
    }
    hash.update(rest);
    bytes += rest.length;
  }
  return { bytes, digest: hash.digest('hex') };
}
