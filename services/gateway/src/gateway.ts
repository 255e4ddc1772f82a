import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OutcomeEvent } from '@modelward/contract';
import type { Refusal } from '@modelward/interfaces';
import { callerOf } from './caller.ts';
import type { Exchange, GatewayDeps, Step } from './exchange.ts';
import { createLoad } from './load.ts';
import { respond, respondRefusal } from './respond.ts';
import { admit } from './steps/admit.ts';
import { decide } from './steps/decide.ts';
import { describe } from './steps/describe.ts';
import { filter } from './steps/filter.ts';
import { forward } from './steps/forward.ts';
import { identify } from './steps/identify.ts';
import { record } from './steps/record.ts';
import { resolve } from './steps/resolve.ts';
import { UpstreamFault } from './upstream-fault.ts';

/** The path of a request. Up to `identify` a refusal is somebody unknown's; from there on it is recorded as a decision. */
const beforeIdentity = [admit, identify] satisfies readonly Step[];
const untilDecision = [describe, resolve, decide] satisfies readonly Step[];
const afterRecord = [forward, filter] satisfies readonly Step[];

export type Gateway = {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Resolves once every request that had arrived is answered and its outcome recorded. */
  readonly drained: () => Promise<void>;
};

export function createGateway(deps: GatewayDeps): Gateway {
  const inFlight = new Set<Promise<void>>();
  const reservations = new Set<string>();
  const load = createLoad();
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const ticket = load.enter();
    const exchange = openExchange({ request, response, ticket, reservations }, deps);
    const done = run(exchange, deps)
      .catch((fault) => answerFault(exchange, deps, fault))
      .catch((fault) => giveUp(exchange, deps, fault))
      .finally(() => {
        ticket?.leave();
        inFlight.delete(done);
      });
    inFlight.add(done);
  };
  const drained = async () => {
    while (inFlight.size > 0) await Promise.allSettled(inFlight);
  };
  return { handle, drained };
}

function openExchange(
  arrived: Pick<Exchange, 'request' | 'response' | 'ticket' | 'reservations'>,
  deps: GatewayDeps,
): Exchange {
  const { request } = arrived;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return {
    ...arrived,
    requestId: deps.newId('req'),
    startedMs: deps.nowMs(),
    signal: clientGone(arrived),
    head: { method: request.method ?? '', target: request.url ?? '', headers },
    source: '',
    bytesIn: 0,
    bytesOut: 0,
  };
}

/** Aborted when the connection ends before the answer has left, or before the request has arrived. */
function clientGone({ request, response }: Pick<Exchange, 'request' | 'response'>): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort(new Error('the client went away'));
  response.once('close', () => {
    if (!response.writableFinished) leave();
  });
  request.once('error', leave);
  return gone.signal;
}

async function run(exchange: Exchange, deps: GatewayDeps): Promise<void> {
  const stranger = await firstRefusal(beforeIdentity, exchange, deps);
  if (stranger !== undefined) return refuseStranger(exchange, deps, stranger);
  const refusal = await firstRefusal(untilDecision, exchange, deps);
  if (refusal !== undefined) exchange.refusal = { refusal, reasons: exchange.decision?.reasons ?? [refusal.reason] };
  const unrecorded = await record(exchange, deps);
  if (unrecorded !== undefined) return respondRefusal(exchange, deps, unrecorded);
  if (refusal !== undefined) return respondRefusal(exchange, deps, refusal);
  await perform(exchange, deps);
}

async function firstRefusal(
  steps: readonly Step[],
  exchange: Exchange,
  deps: GatewayDeps,
): Promise<Refusal | undefined> {
  for (const step of steps) {
    const refusal = await step(exchange, deps);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

async function refuseStranger(exchange: Exchange, deps: GatewayDeps, refusal: Refusal): Promise<void> {
  const reason = refusal.reason === 'unauthenticated' ? `token-${refusal.why}` : refusal.reason;
  deps.noteRefusal({ requestId: exchange.requestId, interface: 'mlflow', source: exchange.source, reason });
  await respondRefusal(exchange, deps, refusal);
}

/** What was allowed is done; whichever way it ends, its outcome is the second record. */
async function perform(exchange: Exchange, deps: GatewayDeps): Promise<void> {
  exchange.caller = callerOf(exchange, deps);
  let end: OutcomeEvent['end'] = 'complete';
  try {
    const refusal = await firstRefusal(afterRecord, exchange, deps);
    if (refusal !== undefined) end = refusal.reason.startsWith('upstream-') ? 'upstream-failed' : 'refused';
    await (refusal === undefined ? respond(exchange) : respondRefusal(exchange, deps, refusal));
  } catch (fault) {
    end = exchange.signal.aborted && !(fault instanceof UpstreamFault) ? 'client-gone' : 'upstream-failed';
    await answerFault(exchange, deps, fault);
  } finally {
    await recordOutcome(exchange, deps, end);
  }
}

async function recordOutcome(exchange: Exchange, deps: GatewayDeps, end: OutcomeEvent['end']): Promise<void> {
  if (exchange.receipt === undefined) return;
  const outcome: OutcomeEvent = {
    type: 'outcome',
    of: exchange.receipt.index,
    status: exchange.response.statusCode,
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    durationMs: Math.max(0, deps.nowMs() - exchange.startedMs),
    end,
  };
  try {
    await deps.append(outcome);
  } catch (fault) {
    // The next start finds the decision without an outcome and writes `outcome.unknown`.
    deps.report(fault, exchange.requestId);
  }
}

async function answerFault(exchange: Exchange, deps: GatewayDeps, fault: unknown): Promise<void> {
  // Whoever hung up hears nothing, and that they did is nobody's fault.
  if (!exchange.signal.aborted || fault instanceof UpstreamFault) deps.report(fault, exchange.requestId);
  await respondRefusal(exchange, deps, { reason: 'fault' });
}

/** Not even the refusal could be made: the connection ends, and the process goes on for everybody else. */
function giveUp({ response, requestId }: Exchange, { report }: GatewayDeps, fault: unknown): void {
  report(fault, requestId);
  response.destroy();
}
