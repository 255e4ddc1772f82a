import type { Observe } from '../compile/compile-expression.ts';
import { type Conditions, compileConditions } from '../compile/conditions.ts';
import type { Constraint, PolicyTree, Slot } from '../est/policy-tree.ts';
import type { PolicySchema } from '../schema/policy-schema.ts';
import { EntityNode } from '../values/value.ts';
import { newBits, setBit } from './bits.ts';
import { LinkIndex, type SlotUse, type SlotUses } from './link-index.ts';
import { createPartitions, type Partitions } from './partitions.ts';
import { createScopeIndex, type ScopeIndex } from './scope-index.ts';

/** `text` is what it was read from, for explanations to cite. */
export type NamedPolicy = { readonly id: string; readonly tree: PolicyTree; readonly text?: string };

/** A policy or template with its conditions compiled. `at` is its number in every set of bits. */
export type Rule = NamedPolicy & {
  readonly at: number;
  readonly permits: boolean;
  readonly conditions: Conditions;
  /** Undefined for what is no template. */
  readonly slots: SlotUses | undefined;
};

/** All policies of a bundle, indexed. */
export type PolicySet = {
  readonly brokenForbidsForbid: boolean;
  /** Sorted by id, so that reasons come out sorted. */
  readonly rules: readonly Rule[];
  readonly templates: ReadonlyMap<string, Rule>;
  readonly partitions: Partitions;
  readonly principals: ScopeIndex;
  readonly resources: ScopeIndex;
};

/** What a forbid that errs does. Cedar leaves it out, so that whatever breaks it lifts it; we do that only to compare with Cedar. */
export type BrokenForbids = 'forbid' | 'are-left-out';

export type PolicySetOptions = {
  readonly schema?: PolicySchema;
  readonly brokenForbids?: BrokenForbids;
  readonly observe?: Observe;
};

export function compilePolicySet(policies: readonly NamedPolicy[], options: PolicySetOptions = {}): PolicySet {
  const { schema, observe, brokenForbids = 'forbid' } = options;
  const sorted = [...policies].sort((a, b) => (a.id < b.id ? -1 : 1));
  const trees = sorted.map(({ tree }) => tree);
  const rules = sorted.map((policy, at): Rule => {
    const { tree } = policy;
    const conditions = compileConditions(tree.clauses, observe);
    return { ...policy, at, permits: tree.effect === 'permit', conditions, slots: slotsOf(tree) };
  });
  const statics = newBits(rules.length);
  for (const { at, slots } of rules) if (slots === undefined) setBit(statics, at);
  return {
    brokenForbidsForbid: brokenForbids === 'forbid',
    rules,
    templates: new Map(rules.filter(({ slots }) => slots !== undefined).map((rule) => [rule.id, rule])),
    partitions: createPartitions(trees, statics, schema),
    principals: createScopeIndex(trees.map(({ principal }) => principal)),
    resources: createScopeIndex(trees.map(({ resource }) => resource)),
  };
}

export function newLinks({ templates }: PolicySet): LinkIndex {
  return new LinkIndex((template) => templates.get(template)?.slots);
}

function slotsOf({ principal, resource }: PolicyTree): SlotUses | undefined {
  const uses = { principal: slotUse(principal, 'principal'), resource: slotUse(resource, 'resource') };
  return uses.principal === 'none' && uses.resource === 'none' ? undefined : uses;
}

function slotUse(constraint: Constraint, slot: Slot): SlotUse {
  const isSlot = (target: Constraint['in']) =>
    target !== undefined && !(target instanceof EntityNode) && target.slot === slot;
  if (isSlot(constraint.equals)) return 'equals';
  return isSlot(constraint.in) ? 'in' : 'none';
}
