import type { IncomingMessage } from 'node:http';
import { concatBytes, fromUtf8 } from '@modelward/basics';
import { type Refusal, readJsonBody } from '@modelward/interfaces';
import type { Exchange, GatewayDeps } from '../exchange.ts';
import { limits } from '../limits.ts';

/** From an HTTP request to actions on resources. JSON is read whole, and these same bytes go on; artifacts stay a stream. */
export async function describe(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const matched = deps.interface.match(exchange.head);
  if (!matched.ok) return matched.reason;
  if (matched.value.body === 'json') {
    const bytes = await readBody(exchange.request, limits.jsonBodyBytes);
    if (bytes === undefined) return { reason: 'body-too-large', limitBytes: limits.jsonBodyBytes };
    const text = fromUtf8(bytes);
    const body = text === undefined ? undefined : readJsonBody(text);
    if (body === undefined) return { reason: 'malformed', detail: 'the body is not UTF-8' };
    if (!body.ok) return { reason: 'malformed', detail: body.reason };
    exchange.bodyBytes = bytes;
    exchange.bytesIn = bytes.length;
    exchange.body = body.value;
  }
  const described = deps.interface.describe(exchange.head, exchange.body);
  if (!described.ok) return described.reason;
  exchange.description = described.value;
  return undefined;
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    length += part.length;
    if (length > limitBytes) return undefined;
    parts.push(part);
  }
  return concatBytes(...parts);
}
