import { once } from 'node:events';
import { connect } from 'node:net';

export type RawAnswer = { readonly status: number; readonly head: string; readonly json: unknown };

/** Bytes as nobody's HTTP library would send them, and what comes back until the connection ends. */
export async function sendRaw(controlUrl: string, lines: readonly string[] | Uint8Array): Promise<RawAnswer> {
  const { hostname, port } = new URL(controlUrl);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    answer += part;
  });
  // A server that has answered may close while the rest is on its way.
  socket.on('error', () => undefined);
  socket.end(lines instanceof Uint8Array ? lines : `${lines.join('\r\n')}\r\n\r\n`);
  await once(socket, 'close');
  const [head = '', body = ''] = [
    answer.slice(0, answer.indexOf('\r\n\r\n')),
    answer.slice(answer.indexOf('\r\n\r\n') + 4),
  ];
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head: head.toLowerCase(), json: readJson(body) };
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
