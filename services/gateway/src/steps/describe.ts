import { concatBytes, fromUtf8 } from '@modelward/basics';
import { type Refusal, readJsonBody } from '@modelward/interfaces';
import { type Exchange, type GatewayDeps, need } from '../exchange.ts';
import { limits } from '../limits.ts';

/** From an HTTP request to actions on resources. JSON is read whole, and these same bytes go on; artifacts stay a stream. */
export async function describe(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const { principal } = need(exchange.identity, 'identity');
  if (exchange.ticket?.claim(principal.id) !== true) return { reason: 'busy' };
  const matched = deps.interface.match(exchange.head);
  if (!matched.ok) return matched.reason;
  const flaw = matched.value.body === 'json' ? await takeBody(exchange) : undefined;
  if (flaw !== undefined) return flaw;
  const described = deps.interface.describe(exchange.head, exchange.body);
  if (!described.ok) return described.reason;
  exchange.description = described.value;
  return undefined;
}

async function takeBody(exchange: Exchange): Promise<Refusal | undefined> {
  const bytes = await readBody(exchange);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const text = fromUtf8(bytes);
  if (text === undefined) return { reason: 'malformed', detail: 'the body is not UTF-8' };
  const body = readJsonBody(text);
  if (!body.ok) return { reason: 'malformed', detail: body.reason };
  exchange.bodyBytes = bytes;
  exchange.body = body.value;
  return undefined;
}

const tooLarge: Refusal = { reason: 'body-too-large', limitBytes: limits.jsonBodyBytes };

async function readBody(exchange: Exchange): Promise<Uint8Array | Refusal> {
  const { request, ticket } = exchange;
  if (Number(request.headers['content-length'] ?? 0) > limits.jsonBodyBytes) return tooLarge;
  const parts: Uint8Array[] = [];
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    exchange.bytesIn += part.length;
    if (exchange.bytesIn > limits.jsonBodyBytes) return tooLarge;
    if (ticket?.hold(part.length) !== true) return { reason: 'busy' };
    parts.push(part);
  }
  return concatBytes(...parts);
}
