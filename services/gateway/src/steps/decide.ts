import type { Refusal } from '@modelward/interfaces';
import { type Decision, type Exchange, type GatewayDeps, need, type Resolved } from '../exchange.ts';
import { nextStep, notKnown } from '../next-step.ts';

/**
 * Asks the policy decision point about every need. What the caller may not discover answers as what is not there; a plain
 * refusal says what to do next.
 */
export async function decide(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const decisions: Decision[] = [];
  for (const one of need(exchange.resolved, 'resources')) {
    const decision = await decideOne(exchange, deps, one);
    if (one.resource === undefined) {
      exchange.decision = { reasons: ['not-found'], bundle: decision.bundle, remedies: [] };
      return { reason: 'not-found', on: one.need.on };
    }
    decisions.push(decision);
    if (decision.allowed) continue;
    exchange.decision = decision;
    if (!decision.discoverable) return { reason: 'not-found', on: one.need.on };
    return {
      reason: 'denied',
      action: one.need.action,
      next: decision.remediesUnavailable ? notKnown : nextStep(decision.remedies),
    };
  }
  exchange.decision = {
    reasons: decisions.length === 0 ? ['row-by-row'] : [...new Set(decisions.flatMap((decision) => decision.reasons))],
    bundle: bundleOf(decisions),
    remedies: [],
  };
  return undefined;
}

/** What is not there is asked about as well: nobody can tell from what is then done whether it is hidden or missing. */
async function decideOne(exchange: Exchange, deps: GatewayDeps, { need: one, resource }: Resolved): Promise<Decision> {
  const { principal, authentication, scopes } = need(exchange.identity, 'identity');
  return deps.decide({
    principal,
    authentication,
    scopes,
    interface: 'mlflow',
    asked: [{ action: one.action, resource }],
  });
}

function bundleOf(decisions: readonly Decision[]): string {
  return decisions.at(-1)?.bundle ?? 'none';
}
