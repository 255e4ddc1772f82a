import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { largestAddCheckpointBytes } from '@modelward/merkle';
import { stateName, type Witness } from './witness.ts';

const limits = { requestMs: 10_000, headerBytes: 8 * 1024, connections: 256 } as const;

type Serving = {
  readonly witness: Witness;
  readonly origins: readonly string[];
  readonly report: (fault: unknown) => void;
};

/**
 * A witness over HTTP, not listening yet: `POST /add-checkpoint` for logs, and `GET /HEX/checkpoint` for monitors, where HEX
 * is the SHA-256 of the log's origin. What it is sent is signed, and what it answers is; it holds no secret but its key.
 */
export function createWitnessServer(serving: Serving): Server {
  const server = createServer(
    { requestTimeout: limits.requestMs, headersTimeout: limits.requestMs, maxHeaderSize: limits.headerBytes },
    (request, response) => {
      answer(request, response, serving).catch((fault) => {
        serving.report(fault);
        if (!response.headersSent) send(response, 500, 'the witness failed\n');
        else response.destroy();
      });
    },
  );
  server.maxConnections = limits.connections;
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { witness, origins }: Serving,
): Promise<void> {
  const { method, url } = request;
  if (method === 'POST' && url === '/add-checkpoint') {
    const body = await readBody(request);
    if (body === undefined) return send(response, 413, 'the request is larger than any that is needed\n');
    const { status, contentType, body: text } = await witness.addCheckpoint(body);
    return send(response, status, text, contentType);
  }
  const origin = method === 'GET' ? origins.find((one) => url === `/${stateName(one)}/checkpoint`) : undefined;
  const last = origin === undefined ? undefined : witness.lastOf(origin);
  if (last === undefined) return send(response, 404, 'there is nothing at this address\n');
  send(response, 200, Buffer.from(last.note));
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes <= largestAddCheckpointBytes) parts.push(part);
    // What is a little too long is read to its end, so that its sender reads the answer; the rest is cut off.
    else if (bytes > 4 * largestAddCheckpointBytes) break;
  }
  return bytes <= largestAddCheckpointBytes ? Buffer.concat(parts) : undefined;
}

function send(
  response: ServerResponse,
  status: number,
  body: string | Uint8Array,
  contentType = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
