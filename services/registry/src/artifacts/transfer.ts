import type { UpstreamAnswer, UpstreamRequest } from '@modelward/contract';
import type { Call, Stores } from '../call.ts';
import { limits } from '../limits.ts';
import { invalid, missing, Refusal } from '../refusal.ts';
import type { ArtifactPlace } from './artifact-path.ts';
import { nameOf } from './artifact-path.ts';
import { findPlace } from './artifact-place.ts';
import type { Artifact } from './artifact-store.ts';
import type { Blobs, ByteRange } from './blobs.ts';
import { mediaTypeOf } from './media-type.ts';
import { artifactPlace } from './place-asked.ts';
import { rangeAsked } from './range.ts';
import { refuseRegistered } from './registered-files.ts';

/** What a stream of bytes needs beyond what every operation has. */
export type Transfer = Call & {
  readonly request: UpstreamRequest;
  readonly blobs: Blobs;
  readonly change: <Value>(work: (stores: Stores) => Promise<Value>) => Promise<Value>;
};

/** The bytes first, on the disk and whole, and only then the name that leads to them. */
export async function uploadArtifact({
  fields,
  stores,
  request,
  blobs,
  change,
  nowMs,
}: Transfer): Promise<UpstreamAnswer> {
  const place = await findPlace(stores, artifactPlace(fields, 'artifact_path'));
  if (place.path === '') throw invalid('Artifact path must include a filename');
  await refuseRegistered(stores, place, 'write');
  const { digest, sizeBytes } = await blobs.write(measured(request), request.signal);
  await change(async (held) => {
    // Once more: it may have been registered while the bytes came.
    await refuseRegistered(held, place, 'write');
    const isPut = await held.artifacts.put({ root: place.root, path: place.path, digest, sizeBytes }, nowMs);
    if (!isPut) throw invalid(`'${place.path}' cannot be written: a file and a folder cannot have the same name`);
  });
  return { status: 200, headers: { 'content-length': '0' }, body: nothing() };
}

/** Exactly as much as was announced, and never more than one artifact may have. */
async function* measured({ body, headers }: UpstreamRequest): AsyncGenerator<Uint8Array> {
  const announced = headers['content-length'];
  let sizeBytes = 0;
  for await (const part of partsOf(body)) {
    sizeBytes += part.length;
    if (sizeBytes > limits.artifactBytes) throw invalid(`the artifact is larger than ${limits.artifactBytes} bytes`);
    yield part;
  }
  if (announced !== undefined && Number(announced) !== sizeBytes) {
    throw new Refusal(
      'BAD_REQUEST',
      `${announced} bytes were announced and ${sizeBytes} came; send the artifact again`,
    );
  }
}

/** Read by hand: leaving a loop would close the connection, and with it the way of the refusal back. */
async function* partsOf(body: UpstreamRequest['body']): AsyncGenerator<Uint8Array> {
  if (body === undefined) return;
  if (body instanceof Uint8Array) yield body;
  else {
    const parts = body[Symbol.asyncIterator]();
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value;
  }
}

/** What a refused upload still sends is read away, within a limit, so that its client hears the refusal. */
export async function readAway({ body, signal }: UpstreamRequest): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) return;
  let sizeBytes = 0;
  try {
    for await (const part of body) {
      sizeBytes += part.length;
      if (sizeBytes > limits.drainBytes || signal.aborted) return;
    }
  } catch {
    // The client is gone: nobody is left to hear it.
  }
}

export async function downloadArtifact({ fields, stores, request, blobs }: Transfer): Promise<UpstreamAnswer> {
  const place = await findPlace(stores, artifactPlace(fields, 'artifact_path'));
  const file = await findFile(stores, place);
  const headers = headersOf(file);
  if (request.headers['if-none-match'] === headers.etag) return { status: 304, headers, body: nothing() };
  const range = rangeAsked(request.headers.range, file.size_bytes);
  if (range === 'unsatisfiable') {
    return {
      status: 416,
      headers: { 'content-range': `bytes */${file.size_bytes}`, 'content-length': '0' },
      body: nothing(),
    };
  }
  if (range === 'whole')
    return bytesAnswer(200, { headers, sizeBytes: file.size_bytes, body: blobs.read(file.digest) });
  const part = { ...headers, 'content-range': `bytes ${range.start}-${range.end}/${file.size_bytes}` };
  return bytesAnswer(206, { headers: part, sizeBytes: lengthOf(range), body: blobs.read(file.digest, range) });
}

type Bytes = {
  readonly headers: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
};

function bytesAnswer(status: number, { headers, sizeBytes, body }: Bytes): UpstreamAnswer {
  return { status, headers: { ...headers, 'content-length': String(sizeBytes) }, body };
}

function lengthOf({ start, end }: ByteRange): number {
  return end - start + 1;
}

async function findFile(stores: Stores, { root, path }: ArtifactPlace) {
  const file = path === '' ? undefined : await stores.artifacts.find(root, path);
  const whole = path === '' ? root : `${root}/${path}`;
  if (path === '' || file?.digest === null)
    throw invalid(`Artifact path refers to a directory, not a file: '${whole}'`);
  if (file === undefined) throw missing(`No such artifact: '${whole}'`);
  return { ...file, digest: file.digest };
}

function headersOf({ path, digest, created_at_ms }: Artifact) {
  return {
    'content-type': mediaTypeOf(nameOf(path)),
    'content-disposition': attachment(nameOf(path)),
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
    'last-modified': new Date(created_at_ms).toUTCString(),
  };
}

/** RFC 6266: always a download, never a page, under its own name. */
function attachment(name: string): string {
  if (/^[\w.+-]+$/.test(name)) return `attachment; filename=${name}`;
  const plain = name.replace(/[^\w.+ -]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
