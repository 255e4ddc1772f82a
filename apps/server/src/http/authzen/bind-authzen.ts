import { type Result, refused } from '@modelward/basics';
import { type Action, authzenPaths, type DecisionEvent } from '@modelward/contract';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { denied } from '../denied.ts';
import { actorOf, type ControlDeps, type Exchange, needCaller } from '../deps.ts';
import { bodyRefusal } from '../fault.ts';
import { recordDecision } from '../record.ts';
import { type ControlRefusal, fault as innerFault, recordUnavailable } from '../refusal.ts';
import { noteStranger, refuse, writeReceipt } from '../respond.ts';
import { createAsking } from './decided.ts';
import { type Answered, type Answering, answerEvaluation, answerEvaluations } from './evaluate.ts';
import { limits } from './limits.ts';
import { metadataOf } from './metadata.ts';
import { createReach } from './reach.ts';
import { answerActionSearch, answerResourceSearch, answerSubjectSearch } from './search.ts';

type Kind = NonNullable<DecisionEvent['evaluated']>['kind'];
type Door = {
  readonly action: Extract<Action, 'pdp.evaluate' | 'pdp.search'>;
  readonly answer: (answering: Answering) => Promise<Result<Answered, ControlRefusal>>;
};

const doors: Readonly<Record<Kind, Door>> = {
  evaluation: { action: 'pdp.evaluate', answer: answerEvaluation },
  evaluations: { action: 'pdp.evaluate', answer: answerEvaluations },
  'search-subject': { action: 'pdp.search', answer: answerSubjectSearch },
  'search-resource': { action: 'pdp.search', answer: answerResourceSearch },
  'search-action': { action: 'pdp.search', answer: answerActionSearch },
};

/** The decision point for other programs: OpenID AuthZEN Authorization API 1.0. */
export function bindAuthzen(app: FastifyInstance, deps: ControlDeps): void {
  app.get(authzenPaths.metadata, async (request, reply) => {
    writeReceipt(reply, request.exchange);
    echoRequestId(request, reply);
    return reply.send(metadataOf(deps.publicUrl));
  });
  // In a scope of its own: its hook and its words for what cannot be read are for these addresses alone.
  app.register(async (scope) => {
    scope.addHook('onSend', async (request, reply) => echoRequestId(request, reply));
    for (const kind of Object.keys(doors) as Kind[]) {
      scope.route({
        method: 'POST',
        url: authzenPaths[kind],
        config: { credential: 'caller' },
        handler: (request, reply) => answer(kind, { request, reply }, deps),
        errorHandler: (fault, request, reply) => answerUnreadable(kind, fault, { request, reply, deps }),
      });
    }
  });
}

type Arrived = { readonly request: FastifyRequest; readonly reply: FastifyReply };

/** The caller's own id comes back (section 10.1.4); ours stays in the record, which the receipt names. */
function echoRequestId(request: FastifyRequest, reply: FastifyReply): void {
  const id = request.headers['x-request-id'];
  if (typeof id !== 'string' || id.length > limits.requestIdCharacters || !/^[\x21-\x7e]+$/.test(id)) return;
  reply.header('x-request-id', id);
}

async function answer(kind: Kind, { request, reply }: Arrived, deps: ControlDeps): Promise<FastifyReply> {
  const { exchange } = request;
  const body = request.body as Uint8Array | undefined;
  exchange.bytesIn = body?.length ?? 0;
  const isMinimal = /(^|[\s,])return=minimal($|[\s,;])/.test(String(request.headers.prefer ?? ''));
  const answered = await conductAsked(kind, { body, isMinimal, exchange }, deps);
  if (!answered.ok) return refuse(reply, exchange, answered.reason);
  writeReceipt(reply, exchange);
  const bytes = Buffer.from(JSON.stringify(answered.value));
  exchange.bytesOut = bytes.length;
  return reply.type('application/json; charset=utf-8').send(bytes);
}

type Asked = Pick<Answering, 'body' | 'isMinimal'> & { readonly exchange: Exchange };

/** Reads, decides, records: one record for all that was asked, durable before the answer leaves. */
async function conductAsked(
  kind: Kind,
  { body, isMinimal, exchange }: Asked,
  deps: ControlDeps,
): Promise<Result<unknown, ControlRefusal>> {
  const { action, answer } = doors[kind];
  const caller = needCaller(exchange);
  const reach = createReach(caller, deps, action);
  try {
    const asking = createAsking({ caller, reach, deps, requestId: exchange.requestId });
    const answered = await answer({ body, isMinimal, asking });
    if (!answered.ok) {
      await recordRefusal({ action, exchange, reasons: [answered.reason.code] }, deps);
      return answered;
    }
    if (!(await reach.isAny())) {
      await recordRefusal({ action, exchange, ...reach.told() }, deps);
      return refused(denied({ action, remedies: [], isBound: caller.session !== undefined }));
    }
    await recordEvaluated({ kind, action, exchange, ...reach.told() }, answered.value.told, deps);
    return { ok: true, value: answered.value.body };
  } catch (fault) {
    if (deps.record.isUnavailable(fault) === undefined) throw fault;
    return refused(recordUnavailable);
  }
}

type Recording = {
  readonly action: Door['action'];
  readonly exchange: Exchange;
  readonly reasons: readonly string[];
  readonly bundle?: string;
};

function draftOf({ action, exchange, reasons, bundle }: Recording) {
  const caller = needCaller(exchange);
  const asked = [{ action, resource: { type: 'Organization' } }] as const;
  const { authentication } = caller;
  return { actor: actorOf(caller), authentication, asked, reasons, ...(bundle === undefined ? {} : { bundle }) };
}

async function recordRefusal(recording: Recording, deps: ControlDeps): Promise<void> {
  await recordDecision(recording.exchange, deps, { ...draftOf(recording), allowed: false });
}

async function recordEvaluated(
  { kind, ...recording }: Recording & { readonly kind: Kind },
  told: Answered['told'],
  deps: ControlDeps,
): Promise<void> {
  const evaluated = {
    kind,
    count: told.length,
    allowed: told.filter(({ allowed }) => allowed).length,
    // Keyed: whoever may know what was asked can find it again, and nobody else can try out names.
    digest: deps.pseudonyms.reference(kind, JSON.stringify(told)),
  };
  await recordDecision(recording.exchange, deps, { ...draftOf(recording), allowed: true, evaluated });
}

type Failed = Arrived & { readonly deps: ControlDeps };

/** AuthZEN knows one status for what cannot be read, also for a body of another type (section 10.1.2). */
async function answerUnreadable(
  kind: Kind,
  fault: FastifyError,
  { request, reply, deps }: Failed,
): Promise<FastifyReply> {
  const { exchange } = request;
  const refusal = bodyRefusal(fault);
  if (refusal === undefined) {
    deps.report(fault, exchange.requestId);
    return refuse(reply, exchange, innerFault);
  }
  const told: ControlRefusal = refusal.code === 'too-large' ? refusal : { ...refusal, code: 'malformed' };
  if (exchange.caller === undefined) {
    noteStranger(exchange, deps, told);
    return refuse(reply, exchange, told);
  }
  try {
    await recordRefusal({ action: doors[kind].action, exchange, reasons: [told.code] }, deps);
    return refuse(reply, exchange, told);
  } catch (unrecorded) {
    if (deps.record.isUnavailable(unrecorded) === undefined) throw unrecorded;
    return refuse(reply, exchange, recordUnavailable);
  }
}
