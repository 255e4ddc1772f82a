import type { Refusal } from '@modelward/interfaces';
import { type Decision, type Exchange, type GatewayDeps, need, type Remedy, type Resolved } from '../exchange.ts';

/**
 * Asks the policy decision point about every need. What the caller may not discover answers as what is not there; a plain
 * refusal says what to do next.
 */
export async function decide(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const decisions: Decision[] = [];
  for (const one of need(exchange.resolved, 'resources')) {
    const decision = await decideOne(exchange, deps, one);
    if (decision === undefined) {
      exchange.decision = { reasons: ['not-found'], bundle: bundleOf(decisions), remedies: [] };
      return { reason: 'not-found', on: one.need.on };
    }
    decisions.push(decision);
    if (decision.allowed) continue;
    exchange.decision = decision;
    if (!decision.discoverable) return { reason: 'not-found', on: one.need.on };
    return { reason: 'denied', action: one.need.action, next: nextStep(decision.remedies) };
  }
  exchange.decision = {
    reasons: decisions.length === 0 ? ['row-by-row'] : [...new Set(decisions.flatMap((decision) => decision.reasons))],
    bundle: bundleOf(decisions),
    remedies: [],
  };
  return undefined;
}

async function decideOne(
  exchange: Exchange,
  deps: GatewayDeps,
  { need: one, resource }: Resolved,
): Promise<Decision | undefined> {
  if (resource === undefined) return undefined;
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

/** In plain words what would help, from what the decision point found would. */
export function nextStep(remedies: readonly Remedy[]): string {
  const [first] = remedies;
  switch (first?.kind) {
    case 'role':
      return `ask an owner of ${first.scope.type.toLowerCase()} \`${first.scope.name}\` for the role \`${first.role}\``;
    case 'token-scope':
      return `the scopes of this token leave it out; make a token whose scopes include \`${first.scope}\``;
    case 'sign-in':
      return 'a personal access token is not enough; sign in with `modelward sign-in` and do it from there';
    case undefined:
      return 'ask an administrator; no role that can be asked for would allow it';
  }
}
