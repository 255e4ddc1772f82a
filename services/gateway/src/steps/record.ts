import type { AskedResource, DecisionEvent } from '@modelward/contract';
import type { Refusal, Subject } from '@modelward/interfaces';
import { type Exchange, type GatewayDeps, need, type Personal, type Resolved, type ResourceRef } from '../exchange.ts';

/** The decision is durable before the upstream is called or the refusal leaves. */
export async function record(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const event = decisionEvent(exchange, deps);
  try {
    exchange.receipt = await deps.append(event, personalOf(exchange, deps));
    return undefined;
  } catch (fault) {
    const why = deps.isRecordUnavailable(fault);
    if (why === undefined) throw fault;
    if (why === 'full') await recordInReserve(exchange, deps, event);
    return { reason: 'record-unavailable' };
  }
}

/** Where from, and what the caller called the things: the event has pseudonyms of both. */
function personalOf({ request, identity, resolved = [] }: Exchange, deps: GatewayDeps): Personal {
  const address = deps.addressOf(request);
  const named = resolved.map((one) => nameOf(one.need.on)).join(', ');
  const { principal } = need(identity, 'identity');
  return { subject: principal.id, values: named === '' ? { address } : { address, named } };
}

async function recordInReserve(exchange: Exchange, deps: GatewayDeps, event: DecisionEvent): Promise<void> {
  try {
    exchange.receipt = await deps.appendRefusal({ ...event, decision: 'deny', reasons: ['record-full'], remedies: [] });
  } catch (fault) {
    // The reserve has an end as well. The refusal still leaves: it gives nobody anything, and nothing was done.
    if (deps.isRecordUnavailable(fault) === undefined) throw fault;
  }
}

function decisionEvent(exchange: Exchange, deps: GatewayDeps): DecisionEvent {
  const { principal, authentication, credentialId } = need(exchange.identity, 'identity');
  const refusal = exchange.refusal;
  const remedies = (exchange.decision?.remedies ?? []).flatMap((remedy) =>
    remedy.kind === 'role' ? [remedy.role] : [remedy.kind],
  );
  return {
    type: 'decision',
    requestId: exchange.requestId,
    actor: { kind: principal.kind, id: principal.id },
    authentication: { ...authentication, credentialId },
    interface: 'mlflow',
    asked: askedOf(exchange, deps),
    decision: refusal === undefined ? 'allow' : 'deny',
    reasons: [...(refusal?.reasons ?? exchange.decision?.reasons ?? [])],
    bundle: exchange.decision?.bundle ?? 'none',
    source: exchange.source,
    risk: 'unknown',
    ...(remedies.length === 0 ? {} : { remedies }),
  };
}

function askedOf(exchange: Exchange, deps: GatewayDeps): DecisionEvent['asked'] {
  const asked = (exchange.resolved ?? []).map((one) => ({
    action: one.need.action,
    resource: askedResource(one, deps),
  }));
  if (asked.length > 0) return asked;
  const rows = exchange.description?.rows;
  if (rows !== undefined) return [{ action: rows.action, resource: { type: 'List' } }];
  return [{ action: exchange.description?.operation ?? 'unknown', resource: { type: 'Unknown' } }];
}

function askedResource({ need: { on }, resource }: Resolved, deps: GatewayDeps): AskedResource {
  const ref = deps.pseudonyms.reference(on.type, nameOf(on));
  if (resource === undefined) return { type: on.type, ref };
  return { ...identified(resource), ref };
}

function identified(resource: ResourceRef): AskedResource {
  if (resource.type === 'Organization') return { type: resource.type };
  if (resource.type === 'Project') return { type: resource.type, id: resource.id, project: resource.id };
  return { type: resource.type, id: resource.id, project: resource.projectId };
}

function nameOf(subject: Subject): string {
  return 'key' in subject ? subject.key : subject.name;
}
