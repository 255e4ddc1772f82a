import { type Result, refused } from '@modelward/basics';
import { type AskedResource, type EndpointAccess, type EndpointName, endpoints } from '@modelward/contract';
import { denied } from './denied.ts';
import {
  actorOf,
  type Caller,
  type ControlDeps,
  type Exchange,
  needCaller,
  questionOf,
  type ResourceRef,
} from './deps.ts';
import type { About, Done, Handler, KnownEndpoint, OpenEndpoint, OpenHandler } from './handler.ts';
import { handlers, openHandlers } from './handlers.ts';
import { type RawInput, readInput } from './input.ts';
import { type AskedAction, type DecisionDraft, recordChanges, recordDecision } from './record.ts';
import { type ControlRefusal, notFound, recordUnavailable } from './refusal.ts';

type Asked<Name extends EndpointName> = { readonly name: Name; readonly raw: RawInput; readonly exchange: Exchange };
type Answer<Name extends EndpointName> = Result<Done<Name>, ControlRefusal>;

/**
 * One request to the control API: read it, decide, record the decision, do it, record what changed. Nothing is done, and
 * no refusal leaves, before the record is durable; when it cannot be, that is the answer.
 */
export async function conduct<Name extends EndpointName>(asked: Asked<Name>, deps: ControlDeps): Promise<Answer<Name>> {
  try {
    const answer = isOpen(asked) ? conductOpen(asked, deps) : conductKnown(asked as Asked<KnownEndpoint>, deps);
    return (await answer) as Answer<Name>;
  } catch (fault) {
    if (deps.record.isUnavailable(fault) === undefined) throw fault;
    return refused(recordUnavailable);
  }
}

function isOpen(asked: Asked<EndpointName>): asked is Asked<OpenEndpoint> {
  return endpoints[asked.name].access === 'open';
}

async function conductOpen<Name extends OpenEndpoint>(
  { name, raw, exchange }: Asked<Name>,
  deps: ControlDeps,
): Promise<Answer<Name>> {
  const question = readInput(name, raw);
  if (!question.ok) return question;
  const handler = openHandlers[name] as unknown as OpenHandler<Name>;
  const result = await handler({ question: question.value, exchange, deps });
  if (result.ok) await recordChanges(exchange, deps, result.value.changes);
  return result;
}

async function conductKnown<Name extends KnownEndpoint>(
  { name, raw, exchange }: Asked<Name>,
  deps: ControlDeps,
): Promise<Answer<Name>> {
  const handler = handlers[name] as unknown as Handler<Name>;
  const caller = needCaller(exchange);
  const question = readInput(name, raw);
  if (!question.ok) {
    await recordUnreadable({ name, exchange, refusal: question.reason }, deps);
    return question;
  }
  const known = { question: question.value, caller, exchange, deps };
  const refusal = await decide({ name, exchange, about: await handler.about?.(known) }, deps);
  if (refusal !== undefined) return refused(refusal);
  const result = await handler.perform(known);
  if (result.ok) await recordChanges(exchange, deps, result.value.changes);
  return result;
}

type Deciding = { readonly name: KnownEndpoint; readonly exchange: Exchange; readonly about: About | undefined };

/** Asks policy, records the answer, and says what to tell the caller when it is no. */
async function decide({ name, exchange, about }: Deciding, deps: ControlDeps): Promise<ControlRefusal | undefined> {
  const access: EndpointAccess = endpoints[name].access;
  const caller = needCaller(exchange);
  const named = about?.named?.name;
  const draft = {
    ...draftOf(caller),
    named,
    asked: [{ action: actionOf(name), resource: askedResource(about, deps) }],
  };
  if (typeof access !== 'object') {
    await recordDecision(exchange, deps, { ...draft, allowed: true, reasons: ['signed-in'] });
    return undefined;
  }
  // What is not there is asked about all the same: what is hidden and what is missing then cost the same reads.
  const resource = about === undefined ? organization : (about.resource ?? missing);
  const decision = await deps.access.decide({
    ...questionOf(caller, deps.nowMs()),
    interface: 'control',
    asked: [{ action: access.action, resource }],
  });
  if (decision.errors.length > 0) deps.report(new Error(`policy: ${decision.errors.join('; ')}`), exchange.requestId);
  const remedies = decision.remedies.map((remedy) => (remedy.kind === 'role' ? remedy.role : remedy.kind));
  const { allowed, reasons, bundle } = decision;
  await recordDecision(exchange, deps, { ...draft, allowed, reasons, bundle, remedies });
  if (decision.allowed) return undefined;
  return decision.discoverable
    ? denied({
        action: access.action,
        named: about?.named,
        remedies: decision.remedies,
        remediesUnavailable: decision.remediesUnavailable,
        isBound: caller.session !== undefined,
      })
    : hidden(about);
}

type Unreadable = { readonly name: EndpointName; readonly exchange: Exchange; readonly refusal: ControlRefusal };

/** Somebody known asked for something that cannot be read: refused before policy, and recorded like any refusal. */
export async function recordUnreadable({ name, exchange, refusal }: Unreadable, deps: ControlDeps): Promise<void> {
  const asked = [{ action: actionOf(name), resource: { type: 'Unknown' } }];
  await recordDecision(exchange, deps, {
    ...draftOf(needCaller(exchange)),
    asked,
    allowed: false,
    reasons: [refusal.code],
  });
}

function draftOf(caller: Caller): Pick<DecisionDraft, 'actor' | 'authentication'> {
  return { actor: actorOf(caller), authentication: caller.authentication };
}

function actionOf(name: EndpointName): AskedAction {
  const access: EndpointAccess = endpoints[name].access;
  return typeof access === 'object' ? access.action : name;
}

/** The resource by its id, and what the caller called it as a pseudonym: the record names nobody. */
function askedResource(about: About | undefined, { pseudonyms }: ControlDeps): AskedResource {
  const named = about?.named;
  const ref = named === undefined ? {} : { ref: pseudonyms.reference(named.type, named.name) };
  const resource = about === undefined ? organization : about.resource;
  if (resource === undefined) return { type: named?.type ?? 'Unknown', ...ref };
  if (resource.type === 'Organization') return { type: resource.type, ...ref };
  const project = 'projectId' in resource ? { project: resource.projectId } : {};
  return { type: resource.type, id: resource.id, ...project, ...ref };
}

const organization: ResourceRef = { type: 'Organization' };
/** An id that no account has: they are 22 characters. */
const missing: ResourceRef = { type: 'Account', id: 'acc_missing' };

/** The same words for what is not there and for what the caller may not know of. */
function hidden(about: About | undefined): ControlRefusal {
  return notFound(about?.named?.type.toLowerCase() ?? 'thing', about?.named?.name ?? '');
}
