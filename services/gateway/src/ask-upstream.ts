import { concatBytes } from '@modelward/basics';
import type { Caller, Upstream, UpstreamAnswer, UpstreamRequest } from '@modelward/contract';
import { limits } from './limits.ts';
import { UpstreamFault } from './upstream-fault.ts';

/** Sends one request and hears the head of its answer. What cannot be passed on is an `UpstreamFault`. */
export async function ask(upstream: Upstream, request: UpstreamRequest, caller: Caller): Promise<UpstreamAnswer> {
  const answer = await upstream.send(request, caller);
  if (!isOdd(request, answer)) return answer;
  await letGo(answer);
  throw new UpstreamFault('odd', `status ${answer.status}`);
}

/** The client was told to follow nowhere, asked for nothing compressed, and knows no copy unless it says so. */
function isOdd({ headers: sent }: UpstreamRequest, { status, headers }: UpstreamAnswer): boolean {
  const encoding = headers['content-encoding'] ?? 'identity';
  const mayBeUnchanged = sent['if-none-match'] !== undefined || sent['if-modified-since'] !== undefined;
  if (encoding !== 'identity') return true;
  if (status === 304) return !mayBeUnchanged;
  return status < 200 || (status >= 300 && status < 400);
}

/** Its body must be begun to be ended: an iterator that was never asked holds nothing that could be closed. */
async function letGo({ body }: UpstreamAnswer): Promise<void> {
  for await (const _part of body) return;
}

/** The whole answer, or an `UpstreamFault` when it breaks off or has no end in sight. */
export async function readAnswer(answer: UpstreamAnswer, signal: AbortSignal): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of heard(answer, signal)) {
    length += part.length;
    if (length > limits.jsonAnswerBytes) throw new UpstreamFault('odd', 'the answer is larger than the gateway reads');
    parts.push(part);
  }
  const declared = answer.headers['content-length'];
  if (declared !== undefined && Number(declared) !== length && answer.status !== 304)
    throw new UpstreamFault('down', 'the answer was cut off');
  return concatBytes(...parts);
}

/** The parts of an answer. That it breaks off is the upstream's fault, unless the client has gone before. */
export async function* heard({ body }: UpstreamAnswer, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of body) yield part;
  } catch (fault) {
    throw signal.aborted || fault instanceof UpstreamFault ? fault : new UpstreamFault('down', fault);
  }
}
