import type { Constraint, Target } from '../est/policy-tree.ts';
import { EntityNode } from '../values/value.ts';
import { addBits, type Bits, newBits, setBit } from './bits.ts';

/**
 * Which policies' scopes an entity fits, types left aside, without asking each: found by the entity and by what it lies in.
 * What a template leaves to its links counts as fitting here; the links are found by an index of their own.
 */
export type ScopeIndex = (node: EntityNode) => Bits;

export function createScopeIndex(constraints: readonly Constraint[]): ScopeIndex {
  const count = constraints.length;
  const always = newBits(count);
  const equals = new Map<string, Bits>();
  const within = new Map<string, Bits>();
  for (const [at, constraint] of constraints.entries()) {
    if (isNamed(constraint.equals)) setBit(bitsAt(equals, constraint.equals.key, count), at);
    else if (isNamed(constraint.in)) setBit(bitsAt(within, constraint.in.key, count), at);
    else setBit(always, at);
  }
  return (node) => {
    const fitting = always.slice();
    addBits(fitting, equals.get(node.key));
    addBits(fitting, within.get(node.key));
    if (within.size > 0) for (const ancestor of node.ancestors) addBits(fitting, within.get(ancestor));
    return fitting;
  };
}

/** The policies that do not ask for another type. */
export function createTypeFilter(constraints: readonly Constraint[]): (type: string) => Bits {
  const untyped = newBits(constraints.length);
  const typed = new Map<string, Bits>();
  for (const [at, { type }] of constraints.entries()) {
    setBit(type === undefined ? untyped : bitsAt(typed, type, constraints.length), at);
  }
  for (const bits of typed.values()) addBits(bits, untyped);
  return (type) => typed.get(type) ?? untyped;
}

function isNamed(target: Target | undefined): target is EntityNode {
  return target instanceof EntityNode;
}

function bitsAt(map: Map<string, Bits>, key: string, count: number): Bits {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = newBits(count);
  map.set(key, made);
  return made;
}
