import type { Environment } from '../compile/environment.ts';
import { fitsAction } from '../decide/partitions.ts';
import type { ActionConstraint, Constraint, PolicyTree, Target } from '../est/policy-tree.ts';
import { describeValue } from '../values/describe-value.ts';
import { EntityNode } from '../values/value.ts';
import type { ClauseTrace } from './explanation.ts';

export type Filled = { readonly principal?: EntityNode; readonly resource?: EntityNode };

/** The three scopes of a policy, each looked at even where an earlier one does not fit. A link's names take the place of the slots. */
export function traceScopes(tree: PolicyTree, filled: Filled, environment: Environment): readonly ClauseTrace[] {
  const { action } = environment;
  return [
    traceEntity('principal', fill(tree.principal, filled.principal), environment.principal),
    scopeTrace('action', printAction(tree.action), { node: action, fits: fitsAction(action, tree.action) }),
    traceEntity('resource', fill(tree.resource, filled.resource), environment.resource),
  ];
}

function fill(constraint: Constraint, by: EntityNode | undefined): Constraint {
  const name = (target: Target | undefined) => (target instanceof EntityNode ? target : (by ?? target));
  return {
    ...(constraint.type !== undefined && { type: constraint.type }),
    ...(constraint.equals && { equals: name(constraint.equals) as Target }),
    ...(constraint.in && { in: name(constraint.in) as Target }),
  };
}

function traceEntity(kind: 'principal' | 'resource', constraint: Constraint, node: EntityNode): ClauseTrace {
  const { type, equals, in: inside } = constraint;
  const isOfType = type === undefined || node.type === type;
  const isEqual = equals === undefined || (equals instanceof EntityNode && equals.key === node.key);
  const isInside = inside === undefined || (inside instanceof EntityNode && liesIn(node, inside));
  return scopeTrace(kind, printConstraint(kind, constraint), { node, fits: isOfType && isEqual && isInside });
}

function liesIn({ key, ancestors }: EntityNode, container: EntityNode): boolean {
  return key === container.key || ancestors.has(container.key);
}

type Fit = { readonly node: EntityNode; readonly fits: boolean };

function scopeTrace(kind: ClauseTrace['kind'], text: string, { node, fits }: Fit): ClauseTrace {
  const values = [{ text: kind, value: describeValue(node) }];
  return { kind, text, outcome: fits ? 'met' : 'not-met', parts: [{ text, came: fits ? 'true' : 'false', values }] };
}

function printConstraint(kind: string, { type, equals, in: inside }: Constraint): string {
  const words = [
    kind,
    ...(type === undefined ? [] : ['is', type]),
    ...(equals === undefined ? [] : ['==', printTarget(equals)]),
    ...(inside === undefined ? [] : ['in', printTarget(inside)]),
  ];
  return words.join(' ');
}

function printTarget(target: Target): string {
  return target instanceof EntityNode ? describeValue(target) : `?${target.slot}`;
}

function printAction({ equals, in: inside }: ActionConstraint): string {
  if (equals !== undefined) return `action == ${describeValue(equals)}`;
  if (inside === undefined) return 'action';
  return `action in ${inside.length === 1 ? inside.map(describeValue).join('') : `[${inside.map(describeValue).join(', ')}]`}`;
}
