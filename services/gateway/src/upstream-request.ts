import type { IncomingMessage } from 'node:http';
import type { UpstreamRequest } from '@modelward/contract';
import type { Exchange } from './exchange.ts';

/** What goes on to the upstream; everything else (cookies, credentials, forwarded and identity headers) stays here. */
const passedOn = ['accept', 'content-type', 'content-length', 'user-agent', 'x-mlflow-client-version'];
/** A part of a list, or of any JSON, would be an answer that nobody can filter. */
const passedOnForArtifacts = ['if-none-match', 'if-modified-since', 'if-range', 'range'];

export function readsArtifact({ description }: Exchange): boolean {
  return description?.operation === 'artifacts.read';
}

/** The client's request, byte for byte, as the upstream may see it. */
export function upstreamRequest(exchange: Exchange): UpstreamRequest {
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  for (const name of readsArtifact(exchange) ? [...passedOn, ...passedOnForArtifacts] : passedOn) {
    const value = exchange.head.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const body = exchange.bodyBytes ?? (carriesStream(exchange) ? countedBody(exchange) : undefined);
  const { method, target } = exchange.head;
  const signal = changes(exchange) ? new AbortController().signal : exchange.signal;
  return { method, target, headers, signal, ...(body === undefined ? {} : { body }) };
}

/**
 * A change is seen through when its client goes away: a half-heard answer would leave open what became of it. An upload ends
 * with its client, for its end never comes.
 */
function changes(exchange: Exchange): boolean {
  const { head, description } = exchange;
  return head.method !== 'GET' && !carriesStream(exchange) && description?.rows === undefined;
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
