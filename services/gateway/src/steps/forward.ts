import { utf8 } from '@modelward/basics';
import type { UpstreamAnswer } from '@modelward/contract';
import type { Refusal } from '@modelward/interfaces';
import { ask, readAnswer } from '../ask-upstream.ts';
import { completeEffect, prepareEffect } from '../effects.ts';
import { type Exchange, type GatewayDeps, need } from '../exchange.ts';
import { upstreamRefusal } from '../upstream-fault.ts';
import { readsArtifact, upstreamRequest } from '../upstream-request.ts';

/** Sends the request on. A JSON answer is read whole; an artifact stays a stream. */
export async function forward(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const description = need(exchange.description, 'description');
  if (description.answer !== undefined) {
    answerWith(exchange, utf8(JSON.stringify(description.answer)));
    return undefined;
  }
  // A paged list is fetched by the step that filters it, page by page.
  if (description.rows?.paged === true) return undefined;
  // Only here: a reservation whose request never left would look like one whose answer was lost, and take over what it names.
  exchange.signal.throwIfAborted();
  const prepared = await prepareEffect(exchange, deps);
  try {
    await sendOn(exchange, deps);
    await completeEffect(exchange, deps, prepared);
    return undefined;
  } catch (fault) {
    return upstreamRefusal(fault);
  } finally {
    prepared.leave();
  }
}

function answerWith(exchange: Exchange, bytes: Uint8Array): void {
  exchange.answer = { status: 200, headers: { 'content-type': 'application/json' }, body: once(bytes) };
  exchange.answerBytes = bytes;
}

async function sendOn(exchange: Exchange, deps: GatewayDeps): Promise<void> {
  const request = upstreamRequest(exchange);
  const answer = await ask(deps.upstream, request, need(exchange.caller, 'caller'));
  exchange.answer = answer;
  if (!streams(exchange, answer)) exchange.answerBytes = await readAnswer(answer, request.signal);
}

function streams(exchange: Exchange, answer: UpstreamAnswer): boolean {
  return readsArtifact(exchange) && answer.status < 400;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
