import type { ActionConstraint, PolicyTree } from '../est/policy-tree.ts';
import type { PolicySchema } from '../schema/policy-schema.ts';
import type { EntityNode } from '../values/value.ts';
import { type Bits, keepBits, newBits, setBit } from './bits.ts';
import { createTypeFilter } from './scope-index.ts';

type Name = { readonly type: string; readonly id: string };
type Kinds = { readonly principal: Name; readonly resource: Name };

/** The policies that can apply to an action between two types, whoever asks. */
export type Partition = Bits;

type KnownAction = {
  readonly node: EntityNode;
  readonly partitions: ReadonlyMap<string, ReadonlyMap<string, Partition>>;
};

export type Partitions = {
  readonly actionNode: (action: Name) => EntityNode | undefined;
  /** Undefined for what the schema does not allow to be asked. */
  readonly find: (action: EntityNode, kinds: Kinds) => Partition | undefined;
};

/**
 * Partitions of all that a schema allows are made now. Without a schema anything may be asked, and has its partition made
 * for it and thrown away: names that nobody declared leave nothing behind.
 */
export function createPartitions(trees: readonly PolicyTree[], schema: PolicySchema | undefined): Partitions {
  const ofPrincipal = createTypeFilter(trees.map(({ principal }) => principal));
  const ofResource = createTypeFilter(trees.map(({ resource }) => resource));
  const make = (ofAction: Bits, principalType: string, resourceType: string): Partition => {
    const partition = ofAction.slice();
    keepBits(partition, ofPrincipal(principalType));
    keepBits(partition, ofResource(resourceType));
    return partition;
  };
  const known = new Map<string, Map<string, KnownAction>>();
  for (const { node, principals, resources } of schema?.actions.values() ?? []) {
    const ofAction = actionBits(trees, node);
    const of = (principal: string) => new Map([...resources].map((type) => [type, make(ofAction, principal, type)]));
    const partitions = new Map([...principals].map((type) => [type, of(type)]));
    known.set(node.type, (known.get(node.type) ?? new Map<string, KnownAction>()).set(node.id, { node, partitions }));
  }
  const knownAction = ({ type, id }: Name) => known.get(type)?.get(id);
  return {
    actionNode: (action) => knownAction(action)?.node,
    find: (action, { principal, resource }) =>
      schema === undefined
        ? make(actionBits(trees, action), principal.type, resource.type)
        : knownAction(action)?.partitions.get(principal.type)?.get(resource.type),
  };
}

function actionBits(trees: readonly PolicyTree[], action: EntityNode): Bits {
  const bits = newBits(trees.length);
  for (const [at, tree] of trees.entries()) if (fitsAction(action, tree.action)) setBit(bits, at);
  return bits;
}

export function fitsAction({ key, ancestors }: EntityNode, scope: ActionConstraint): boolean {
  if (scope.equals !== undefined) return scope.equals.key === key;
  return scope.in === undefined || scope.in.some((group) => group.key === key || ancestors.has(group.key));
}
