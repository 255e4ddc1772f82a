import { pipeline } from 'node:stream/promises';
import type { Refusal } from '@modelward/interfaces';
import { heard } from './ask-upstream.ts';
import { type Exchange, type GatewayDeps, need } from './exchange.ts';
import { limits } from './limits.ts';

/** What comes back from the upstream; `Set-Cookie` and whatever else it says about itself stays there. */
const passedBack = [
  'content-type',
  'content-length',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
];

/** Every answer of this interface is data for one caller, never a page: nothing in it may run in a browser (GHSA-3v79-q7ph-j75h). */
const inert = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, no-cache',
};

export async function respond(exchange: Exchange): Promise<void> {
  const answer = need(exchange.answer, 'answer');
  const { response } = exchange;
  exchange.signal.throwIfAborted();
  for (const name of passedBack) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  writeOwnHeaders(exchange);
  response.statusCode = answer.status;
  if (exchange.answerBytes !== undefined) return respondWhole(exchange, exchange.answerBytes);
  await pipeline(counted(exchange, heard(answer, exchange.signal)), response);
}

async function respondWhole(exchange: Exchange, bytes: Uint8Array): Promise<void> {
  const { response, signal } = exchange;
  if (!/^application\/json\b/.test(String(response.getHeader('content-type'))))
    response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('content-length', bytes.length);
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    response.end(bytes, resolve);
  });
  exchange.bytesOut = bytes.length;
}

async function* counted(exchange: Exchange, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const part of body) {
    exchange.bytesOut += part.length;
    yield part;
  }
}

function writeOwnHeaders({ response, requestId, receipt }: Exchange): void {
  for (const [name, value] of Object.entries(inert)) response.setHeader(name, value);
  response.setHeader('x-request-id', requestId);
  if (receipt !== undefined) response.setHeader('modelward-receipt', `${receipt.origin} ${receipt.index}`);
}

/** A refusal in the interface's shape. What the client is still sending is read away, within a limit, so that it hears it. */
export async function respondRefusal(exchange: Exchange, deps: GatewayDeps, refusal: Refusal): Promise<void> {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, body } = deps.interface.refuse(refusal);
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  writeOwnHeaders(exchange);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  exchange.bytesOut = Buffer.byteLength(body);
  response.setHeader('content-length', exchange.bytesOut);
  if (request.complete) response.end(body);
  else endWhenHeard(exchange, body);
}

/**
 * The refusal leaves at once, and the connection is held until the client has sent what it began: most clients look for an
 * answer only then, and would find a broken connection instead. Nobody waits for that, and what is sent has a limit.
 */
function endWhenHeard({ request, response }: Exchange, body: string): void {
  let length = 0;
  const patience = setTimeout(() => request.destroy(), limits.drainMs);
  response.once('close', () => clearTimeout(patience));
  response.write(body);
  request.on('data', (part: Uint8Array) => {
    length += part.length;
    if (length > limits.drainBytes) request.destroy();
  });
  request.once('end', () => response.end());
}
