import type { FastifyReply } from 'fastify';
import type { ControlDeps, Exchange } from './deps.ts';
import { type ControlRefusal, errorBody, statusOf } from './refusal.ts';

/** Nothing that this server answers may run, be framed, be guessed at or be kept, unless the answer says so itself. */
const inert = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function writeInertHeaders(reply: FastifyReply, deps: Pick<ControlDeps, 'publicUrl'>): void {
  reply.headers(inert);
  if (deps.publicUrl.startsWith('https:')) reply.header('strict-transport-security', 'max-age=31536000');
}

export function writeReceipt(reply: FastifyReply, { requestId, receipt }: Exchange): void {
  reply.header('x-request-id', requestId);
  if (receipt !== undefined) reply.header('modelward-receipt', `${receipt.origin} ${receipt.index}`);
}

/** The answer that says no. Somebody who is not identified leaves a note; a refused caller has a decision in the record. */
export function refuse(reply: FastifyReply, exchange: Exchange, refusal: ControlRefusal): FastifyReply {
  writeReceipt(reply, exchange);
  if (statusOf(refusal) === 401) {
    const more = refusal.challenge === undefined ? '' : `, ${refusal.challenge}`;
    reply.header('www-authenticate', `Bearer realm="modelward"${more}`);
  }
  if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', String(refusal.retryAfterSeconds));
  const body = JSON.stringify(errorBody(refusal, exchange.requestId));
  exchange.bytesOut = Buffer.byteLength(body);
  return reply.code(statusOf(refusal)).type('application/json; charset=utf-8').send(body);
}

export function noteStranger(exchange: Exchange, deps: ControlDeps, refusal: ControlRefusal): void {
  const [reason = refusal.code] = refusal.reasons ?? [];
  deps.noteRefusal({ requestId: exchange.requestId, interface: 'control', source: exchange.source, reason });
}
