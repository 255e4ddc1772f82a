import { pipeline } from 'node:stream/promises';
import type { Refusal } from '@modelward/interfaces';
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

/** Every answer of this interface is data, never a page: nothing in it may run in a browser (GHSA-3v79-q7ph-j75h). */
const inert = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
};

export async function respond(exchange: Exchange): Promise<void> {
  const answer = need(exchange.answer, 'answer');
  const { response } = exchange;
  for (const name of passedBack) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  writeOwnHeaders(exchange);
  response.statusCode = answer.status;
  if (exchange.answerBytes !== undefined) return respondWhole(exchange, exchange.answerBytes);
  await pipeline(counted(exchange, answer.body), response);
}

async function respondWhole(exchange: Exchange, bytes: Uint8Array): Promise<void> {
  const { response } = exchange;
  response.setHeader('content-length', bytes.length);
  await new Promise<void>((resolve, reject) => {
    response.once('close', () => (response.writableFinished ? resolve() : reject(new Error('the client went away'))));
    response.end(bytes);
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
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = deps.interface.refuse(refusal);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  writeOwnHeaders(exchange);
  response.statusCode = status;
  if (!request.complete) readAway(exchange);
  response.end(body);
  exchange.bytesOut = body.length;
}

function readAway({ request }: Exchange): void {
  let length = 0;
  request.on('data', (part: Uint8Array) => {
    length += part.length;
    if (length > limits.drainBytes) request.destroy();
  });
  request.on('error', () => request.destroy());
}
