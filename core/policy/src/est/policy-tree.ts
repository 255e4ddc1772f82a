import type { EntityNode } from '../values/value.ts';
import type { Expression } from './expression.ts';

export type Slot = 'principal' | 'resource';

/** What a scope compares with: an entity, or the slot of a template that a link fills. */
export type Target = EntityNode | { readonly slot: Slot };

/** What a scope asks of the principal or the resource: any, `== x`, `in x`, `is T` or `is T in x`. */
export type Constraint = {
  readonly type?: string;
  readonly equals?: Target;
  readonly in?: Target;
};

/** `action`, `action == x` or `action in [x, y]`. */
export type ActionConstraint = { readonly equals?: EntityNode; readonly in?: readonly EntityNode[] };

export type Clause = { readonly kind: 'when' | 'unless'; readonly body: Expression };

/** A policy or template, read from Cedar's JSON form. */
export type PolicyTree = {
  readonly effect: 'permit' | 'forbid';
  readonly principal: Constraint;
  readonly action: ActionConstraint;
  readonly resource: Constraint;
  readonly clauses: readonly Clause[];
};
