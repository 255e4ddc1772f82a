import { Readable } from 'node:stream';
import { Pool } from 'undici';

type Transfer = {
  readonly origin: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly bytes: number;
};

const part = Buffer.alloc(1024 * 1024);

/** Megabytes a second of one upload of zeros. */
export async function upload({ origin, path, headers = {}, bytes }: Transfer): Promise<number> {
  const pool = new Pool(origin);
  const startedMs = performance.now();
  const { statusCode, body } = await pool.request({
    method: 'PUT',
    path,
    headers: { ...headers, 'content-length': String(bytes), 'content-type': 'application/octet-stream' },
    body: Readable.from(zeros(bytes), { objectMode: false }),
  });
  await body.dump();
  await pool.close();
  if (statusCode !== 200) throw new Error(`the upload was answered with ${statusCode}`);
  return rate(bytes, startedMs);
}

async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= part.length) yield left >= part.length ? part : part.subarray(0, left);
}

/** Megabytes a second of one download. */
export async function download({ origin, path, headers = {}, bytes }: Transfer): Promise<number> {
  const pool = new Pool(origin);
  const startedMs = performance.now();
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
  let length = 0;
  for await (const piece of body) length += piece.length;
  await pool.close();
  if (statusCode !== 200 || length !== bytes)
    throw new Error(`the download ended with ${statusCode} after ${length} bytes`);
  return rate(bytes, startedMs);
}

function rate(bytes: number, startedMs: number): number {
  return bytes / 1e6 / ((performance.now() - startedMs) / 1000);
}
