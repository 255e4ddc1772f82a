import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/*
 * A fake upstream of fixed latency for the bench: what it answers costs nothing, so that what is measured is the gateway.
 * `/sink` paths swallow what is sent; downloads are zeros of the length that the file's name says (`bytes-1073741824`).
 */

const latencyMs = Number(process.argv[2] ?? 0);
const zeros = Buffer.alloc(1024 * 1024);

const server = createServer((request, response) => {
  if (request.method === 'PUT') return swallow(request, response);
  const length = /bytes-(\d+)$/.exec(request.url ?? '')?.[1];
  if (length !== undefined) return pour(response, Number(length));
  request.resume();
  request.once('end', () => setTimeout(() => answer(request, response), latencyMs));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(bodyOf(url)));
}

function bodyOf(url: string): Record<string, unknown> {
  if (url.includes('experiments/create')) return { experiment_id: '1' };
  if (url.includes('runs/create')) return { run: { info: { run_id: 'a'.repeat(32), experiment_id: '1' } } };
  return { registered_model: { name: 'bench-model', creation_timestamp: 1, last_updated_timestamp: 1 } };
}

function swallow(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  request.once('end', () => response.setHeader('content-type', 'application/json').end('{}'));
}

function pour(response: ServerResponse, length: number): void {
  response.setHeader('content-length', length);
  let left = length;
  const more = () => {
    while (left > 0) {
      const part = left >= zeros.length ? zeros : zeros.subarray(0, left);
      left -= part.length;
      if (!response.write(part)) return response.once('drain', more);
    }
    return response.end();
  };
  more();
}
