import type { Caller, OwnReading } from '@modelward/contract';
import { type Exchange, type GatewayDeps, need, type ResourceRef } from './exchange.ts';
import { resolveSubject } from './steps/resolve.ts';

/**
 * On whose behalf the service behind the gateway acts. It reads the operation itself and asks again: with a gateway that
 * understood a request wrongly, nothing more can be read or changed. A second answer that differs from the first is recorded.
 */
export function callerOf(exchange: Exchange, deps: GatewayDeps): Caller {
  const { principal } = need(exchange.identity, 'identity');
  const authorize = async (reading: OwnReading) => {
    const resource = await resolveReading(reading, deps);
    if (resource === undefined) return disagree(exchange, deps, { reading, reasons: ['not-found'] });
    const decision = await askAgain(exchange, deps, { action: reading.action, resource });
    return decision.allowed || disagree(exchange, deps, { reading, reasons: decision.reasons });
  };
  const maySee = async (reading: OwnReading) => {
    const resource = await resolveReading(reading, deps);
    if (resource === undefined) return false;
    return (await askAgain(exchange, deps, { action: reading.action, resource })).allowed;
  };
  return { principalId: principal.id, principalName: principal.name, authorize, maySee };
}

function resolveReading({ type, key, action }: OwnReading, deps: GatewayDeps): Promise<ResourceRef | undefined> {
  if (type !== 'Project') return resolveSubject({ type, key }, deps);
  const of = action === 'model.create' ? 'Model' : 'Experiment';
  return resolveSubject({ type: 'NewIn', of, name: key }, deps);
}

function askAgain(
  exchange: Exchange,
  deps: GatewayDeps,
  asked: { action: OwnReading['action']; resource: ResourceRef },
) {
  const { principal, authentication, scopes } = need(exchange.identity, 'identity');
  return deps.decide({ principal, authentication, scopes, interface: 'mlflow', asked: [asked] });
}

type Disagreement = { readonly reading: OwnReading; readonly reasons: readonly string[] };

async function disagree(exchange: Exchange, deps: GatewayDeps, { reading, reasons }: Disagreement): Promise<false> {
  const { principal } = need(exchange.identity, 'identity');
  await deps.append({
    type: 'disagreement',
    requestId: exchange.requestId,
    actor: { kind: principal.kind, id: principal.id },
    asked: {
      action: reading.action,
      resource: { type: reading.type, ref: deps.pseudonyms.reference(reading.type, reading.key) },
    },
    reasons: [...reasons],
  });
  return false;
}
