import type { EntityNode } from '../values/value.ts';
import type { Bits } from './bits.ts';
import type { PolicySet } from './policy-set.ts';

type Memo = { readonly of: PolicySet; principal: Bits | undefined; resource: Bits | undefined };

/** The policies whose scope the entity fits as the one who asks. Stores do not change, so that it is computed once for a node. */
export function scopesOfPrincipal(policies: PolicySet, node: EntityNode): Bits {
  const memo = memoOf(policies, node);
  memo.principal ??= policies.principals(node);
  return memo.principal;
}

/** The same for what is asked about. */
export function scopesOfResource(policies: PolicySet, node: EntityNode): Bits {
  const memo = memoOf(policies, node);
  memo.resource ??= policies.resources(node);
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
