import type { EntityStore } from '../entities/entity-store.ts';
import type { ActionConstraint, PolicyTree } from '../est/policy-tree.ts';
import type { PolicySchema } from '../schema/policy-schema.ts';
import type { EntityNode } from '../values/value.ts';
import { type Bits, keepBits, newBits, setBit } from './bits.ts';
import { createTypeFilter } from './scope-index.ts';

type Name = { readonly type: string; readonly id: string };

/** The policies that can apply to an action between two types, whoever asks: all of them, and those that are no templates. */
export type Partition = { readonly policies: Bits; readonly statics: Bits };

type AskedAction = {
  readonly node: EntityNode;
  /** Undefined for what the schema does not allow to be asked. */
  readonly partition: Find;
};

type Find = (principal: Name, resource: Name) => Partition | undefined;

/** What is known of an action before anything is asked of it. */
export type Partitions = (action: Name, entities: EntityStore) => AskedAction;

/**
 * Partitions of all that a schema allows are made now. Without a schema anything may be asked, and has its partition made
 * for it and thrown away: names that nobody declared leave nothing behind.
 */
export function createPartitions(
  trees: readonly PolicyTree[],
  statics: Bits,
  schema: PolicySchema | undefined,
): Partitions {
  const ofPrincipal = createTypeFilter(trees.map(({ principal }) => principal));
  const ofResource = createTypeFilter(trees.map(({ resource }) => resource));
  const make = (ofAction: Bits, principalType: string, resourceType: string): Partition => {
    const policies = ofAction.slice();
    keepBits(policies, ofPrincipal(principalType));
    keepBits(policies, ofResource(resourceType));
    const plain = policies.slice();
    keepBits(plain, statics);
    return { policies, statics: plain };
  };
  const known = new Map<string, KnownAction>();
  for (const { node, principals, resources } of schema?.actions.values() ?? []) {
    const ofAction = actionBits(trees, node);
    const kinds = [...principals].flatMap((principal) =>
      [...resources].map((resource) => ({ principal, resource, partition: make(ofAction, principal, resource) })),
    );
    const before = known.get(node.id);
    const partition = ofListed(finder(kinds), schema);
    known.set(node.id, { asked: { node, partition }, ...(before && { next: before }) });
  }
  return ({ type, id }, entities) => {
    let one = known.get(id);
    while (one !== undefined && one.asked.node.type !== type) one = one.next;
    return one?.asked ?? unknown(entities.findOrName(type, id));
  };

  function unknown(node: EntityNode): AskedAction {
    if (schema !== undefined) return { node, partition: () => undefined };
    return { node, partition: (principal, resource) => make(actionBits(trees, node), principal.type, resource.type) };
  }
}

/** Actions of several namespaces that share an id follow one another. */
type KnownAction = { readonly asked: AskedAction; readonly next?: KnownAction };

type Kinds = { readonly principal: string; readonly resource: string; readonly partition: Partition };

/** Most actions are between a few types, which are compared faster than they are looked up. */
const fewKinds = 8;

function finder(kinds: readonly Kinds[]): Find {
  const [only, other] = kinds;
  if (kinds.length <= 2) {
    return (principal, resource) => {
      if (only?.principal === principal.type && only.resource === resource.type) return only.partition;
      return other?.principal === principal.type && other.resource === resource.type ? other.partition : undefined;
    };
  }
  if (kinds.length <= fewKinds) {
    return (principal, resource) => {
      for (const one of kinds) {
        if (one.principal === principal.type && one.resource === resource.type) return one.partition;
      }
      return undefined;
    };
  }
  const byPrincipal = new Map<string, Map<string, Partition>>();
  for (const { principal, resource, partition } of kinds) {
    byPrincipal.set(principal, (byPrincipal.get(principal) ?? new Map<string, Partition>()).set(resource, partition));
  }
  return (principal, resource) => byPrincipal.get(principal.type)?.get(resource.type);
}

/** Of a type that a schema enumerates, there is nothing but what it lists. */
function ofListed(find: Find, schema: PolicySchema | undefined): Find {
  const types = [...(schema?.entityTypes ?? [])].flatMap(([type, { ids }]) => (ids ? [[type, ids] as const] : []));
  if (types.length === 0) return find;
  const enumerated = new Map(types);
  const isListed = ({ type, id }: Name) => enumerated.get(type)?.has(id) !== false;
  return (principal, resource) => (isListed(principal) && isListed(resource) ? find(principal, resource) : undefined);
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
