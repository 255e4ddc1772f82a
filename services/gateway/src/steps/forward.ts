import type { IncomingMessage } from 'node:http';
import { concatBytes, utf8 } from '@modelward/basics';
import type { UpstreamAnswer, UpstreamRequest } from '@modelward/contract';
import type { Refusal } from '@modelward/interfaces';
import { completeEffect, prepareEffect } from '../effects.ts';
import { type Exchange, type GatewayDeps, need } from '../exchange.ts';
import { limits } from '../limits.ts';
import { UpstreamFault } from '../upstream-fault.ts';

/** What goes on to the upstream; everything else (cookies, credentials, forwarded and identity headers) stays here. */
const passedOn = [
  'accept',
  'content-type',
  'content-length',
  'if-none-match',
  'if-modified-since',
  'range',
  'user-agent',
  'x-mlflow-client-version',
];

/** Sends the request on. A JSON answer is read whole; an artifact stays a stream. */
export async function forward(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const description = need(exchange.description, 'description');
  if (description.answer !== undefined) {
    answerWith(exchange, utf8(JSON.stringify(description.answer)));
    return undefined;
  }
  // A paged list is fetched by the step that filters it, page by page.
  if (description.rows?.paged === true) return undefined;
  const prepared = await prepareEffect(exchange, deps);
  try {
    await sendOn(exchange, deps, upstreamRequest(exchange));
  } catch (fault) {
    if (!(fault instanceof UpstreamFault)) throw fault;
    return { reason: fault.kind === 'down' ? 'upstream-down' : 'upstream-slow' };
  }
  await completeEffect(exchange, deps, prepared);
  return undefined;
}

function answerWith(exchange: Exchange, bytes: Uint8Array): void {
  exchange.answer = { status: 200, headers: { 'content-type': 'application/json' }, body: once(bytes) };
  exchange.answerBytes = bytes;
}

async function sendOn(exchange: Exchange, deps: GatewayDeps, request: UpstreamRequest): Promise<void> {
  const answer = await deps.upstream.send(request, need(exchange.caller, 'caller'));
  exchange.answer = answer;
  if (!streams(exchange, answer)) exchange.answerBytes = await readAnswer(answer);
}

function streams(exchange: Exchange, answer: UpstreamAnswer): boolean {
  return exchange.description?.operation === 'artifacts.read' && answer.status < 400;
}

export function upstreamRequest(exchange: Exchange): UpstreamRequest {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const name of passedOn) {
    const value = exchange.head.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const body = exchange.bodyBytes ?? (carriesStream(exchange) ? countedBody(exchange) : undefined);
  const { method, target } = exchange.head;
  return { method, target, headers, signal: exchange.signal, ...(body === undefined ? {} : { body }) };
}

function carriesStream({ head }: Exchange): boolean {
  return head.method === 'PUT';
}

async function* countedBody(exchange: Exchange): AsyncGenerator<Uint8Array> {
  for await (const part of exchange.request as IncomingMessage & AsyncIterable<Uint8Array>) {
    exchange.bytesIn += part.length;
    yield part;
  }
}

/** The whole answer, or an `UpstreamFault` when it breaks off or has no end in sight. */
export async function readAnswer(answer: UpstreamAnswer): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of answer.body) {
      length += part.length;
      if (length > limits.jsonAnswerBytes) throw new RangeError('the answer is larger than the gateway reads');
      parts.push(part);
    }
  } catch (fault) {
    throw fault instanceof UpstreamFault ? fault : new UpstreamFault('down', fault);
  }
  const declared = answer.headers['content-length'];
  if (declared !== undefined && Number(declared) !== length) throw new UpstreamFault('down', 'the answer was cut off');
  return concatBytes(...parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
