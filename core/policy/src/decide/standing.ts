import type { Ask } from '../compile/conditions.ts';
import type { Environment } from '../compile/environment.ts';
import type { EntityNode, Failure } from '../values/value.ts';
import { type Bits, clearBit, hasBit, newBits, setBit } from './bits.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * How one entity stands to all policies as the principal of a request, or as its resource, whatever else is asked. Stores do
 * not change, so that what was found out once stays true; a node is thrown away with its store.
 */
export type Standing = {
  /** Policies whose scope it fits, without those that were found to refuse it. */
  readonly fitting: Bits;
  /** Policies whose conditions on it alone were found to be met, or not to be. */
  readonly met: Bits;
  readonly notMet: Bits;
};

type Memo = { readonly of: PolicySet; principal: Standing | undefined; resource: Standing | undefined };

export function asPrincipal(policies: PolicySet, node: EntityNode): Standing {
  const memo = memoOf(policies, node);
  memo.principal ??= newStanding(policies.principals(node), policies);
  return memo.principal;
}

export function asResource(policies: PolicySet, node: EntityNode): Standing {
  const memo = memoOf(policies, node);
  memo.resource ??= newStanding(policies.resources(node), policies);
  return memo.resource;
}

/** A node remembers for one set of policies; another set takes its place. */
function memoOf(policies: PolicySet, node: EntityNode): Memo {
  const memo = node.memo as Memo | undefined;
  if (memo !== undefined && memo.of === policies) return memo;
  const fresh: Memo = { of: policies, principal: undefined, resource: undefined };
  node.memo = fresh;
  return fresh;
}

function newStanding(fitting: Bits, { rules }: PolicySet): Standing {
  return { fitting, met: newBits(rules.length), notMet: newBits(rules.length) };
}

/** Asks what is asked of this entity alone, once. An error is not remembered: it is told of each time. */
export function isMet(ask: Ask, at: number, standing: Standing, environment: Environment): boolean | Failure {
  if (hasBit(standing.met, at)) return true;
  if (hasBit(standing.notMet, at)) return false;
  const answer = ask(environment);
  if (typeof answer === 'boolean') setBit(answer ? standing.met : standing.notMet, at);
  return answer;
}

/**
 * Leaves a policy out from now on. INVARIANT: only where nothing is asked before what was not met; what is asked before could
 * err, and that must be told.
 */
export function leaveOut({ fitting }: Standing, at: number): false {
  clearBit(fitting, at);
  return false;
}
