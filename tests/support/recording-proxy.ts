import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';

export type RecordingProxy = {
  readonly port: number;
  /** Every byte that clients have sent so far. */
  readonly sent: () => string;
  /** Where to: known once what stands behind it is. */
  readonly pointTo: (port: number) => void;
  readonly stop: () => void;
};

/** A wire that remembers: what a browser sends is read from here, not from what the browser says of itself. */
export async function startRecordingProxy(): Promise<RecordingProxy> {
  let target = 0;
  let sent = '';
  const server = createServer((client) => {
    const behind = connect(target, 'localhost');
    client.on('data', (part) => {
      sent += part.toString('latin1');
    });
    for (const socket of [client, behind]) socket.on('error', () => undefined);
    client.pipe(behind).pipe(client);
  }).listen(0, 'localhost');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sent: () => sent,
    pointTo: (port) => {
      target = port;
    },
    stop: () => server.close(),
  };
}
