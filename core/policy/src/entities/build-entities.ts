import { ok, type Result, refused } from '@modelward/basics';
import { limits } from '../limits.ts';
import type { EntityType, PolicySchema, SchemaType } from '../schema/policy-schema.ts';
import { newBudget, readRecord, readTyped } from '../values/read-value.ts';
import { type EntityNode, entityKey, Failure, type RecordValue, type Value } from '../values/value.ts';
import { EntityStore, NodeTable } from './entity-store.ts';

type Name = { readonly type: string; readonly id: string };

/** An entity as it is stored: attributes and tags in Cedar's JSON form. */
export type EntityFacts = {
  readonly uid: Name;
  readonly attributes: unknown;
  readonly parents: readonly Name[];
  readonly tags?: unknown;
};

type Building = {
  readonly nodes: NodeTable;
  readonly schema: PolicySchema | undefined;
  readonly parents: Map<EntityNode, readonly EntityNode[]>;
};

/** A store of these entities, or the first thing in them that cannot be. With a schema every entity must fit it, and its actions are there. */
export function buildEntities(entities: readonly EntityFacts[], schema?: PolicySchema): Result<EntityStore, string> {
  const building: Building = { nodes: new NodeTable(), schema, parents: new Map() };
  for (const facts of entities) {
    const flaw = addEntity(facts, building);
    if (flaw !== undefined) return refused(`\`${entityKey(facts.uid.type, facts.uid.id)}\`: ${flaw}`);
  }
  const flaw = findAncestors(building.parents);
  return flaw === undefined ? ok(new EntityStore(building.nodes.byId, schema && actionsOf(schema))) : refused(flaw);
}

const actionStores = new WeakMap<PolicySchema, EntityStore>();

function actionsOf(schema: PolicySchema): EntityStore {
  const known = actionStores.get(schema);
  if (known !== undefined) return known;
  const byId = new Map<string, EntityNode>();
  for (const { node } of schema.actions.values()) {
    node.next = byId.get(node.id);
    byId.set(node.id, node);
  }
  const store = new EntityStore(byId);
  actionStores.set(schema, store);
  return store;
}

function addEntity(facts: EntityFacts, building: Building): string | undefined {
  const { nodes, schema } = building;
  const { type, id } = facts.uid;
  // Actions are what the schema says; a list may name them, and cannot add to them.
  if (schema !== undefined && isActionType(type)) {
    return schema.actions.has(entityKey(type, id)) ? undefined : 'the schema has no such action';
  }
  const declared = schema?.entityTypes.get(type);
  if (schema !== undefined && declared === undefined) return 'the schema has no such type';
  const node = nodes.node(type, id);
  if (node.attributes !== undefined) return 'given twice';
  const read = readFacts(facts, declared, nodes);
  if (read instanceof Failure) return read.message;
  node.attributes = read.attributes;
  node.tags = read.tags;
  building.parents.set(
    node,
    facts.parents.map((parent) => nodes.node(parent.type, parent.id)),
  );
  return declared && placeFlaw(facts, declared);
}

function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}

type Read = { readonly attributes: RecordValue; readonly tags: RecordValue | undefined };

function readFacts(facts: EntityFacts, type: EntityType | undefined, nodes: NodeTable): Read | Failure {
  const reading = { budget: newBudget(), entity: (kind: string, id: string) => nodes.node(kind, id) };
  const attributes = readRecord(facts.attributes, type?.shape, reading);
  if (attributes instanceof Failure || facts.tags === undefined) {
    return attributes instanceof Failure ? attributes : { attributes, tags: undefined };
  }
  const tags = new Map<string, Value>();
  for (const [name, json] of Object.entries(Object(facts.tags) as object)) {
    const value = readTag(json, type, reading);
    if (value instanceof Failure) return new Failure(`the tag \`${name}\`: ${value.message}`);
    tags.set(name, value);
  }
  return { attributes, tags };
}

function readTag(json: unknown, type: EntityType | undefined, reading: Parameters<typeof readTyped>[2]) {
  const of: SchemaType | undefined = type?.tags;
  if (type !== undefined && of === undefined) return new Failure('the schema has no tags for this type');
  return readTyped(json, of, reading);
}

function placeFlaw({ uid, parents }: EntityFacts, type: EntityType): string | undefined {
  if (type.ids !== undefined && !type.ids.has(uid.id)) return 'the schema does not list it among those of its type';
  const wrong = parents.find((parent) => !type.within.has(parent.type));
  return wrong && `it cannot lie in a \`${wrong.type}\``;
}

type Parents = ReadonlyMap<EntityNode, readonly EntityNode[]>;

function findAncestors(parents: Parents): string | undefined {
  // What lies in one thing only, as most do, shares its set with all its neighbours.
  const shared = new Map<EntityNode, ReadonlySet<string>>();
  for (const [node, above] of parents) {
    const [only, ...others] = above;
    const ancestors = (others.length === 0 && only && shared.get(only)) || walkUp(above, parents);
    if (ancestors === undefined) return `\`${node.key}\` lies in more than ${limits.ancestors} others`;
    if (ancestors.has(node.key)) return `\`${node.key}\` lies in itself`;
    if (only !== undefined && others.length === 0) shared.set(only, ancestors);
    node.ancestors = ancestors;
  }
  return undefined;
}

function walkUp(start: readonly EntityNode[], parents: Parents): ReadonlySet<string> | undefined {
  const seen = new Set(start);
  for (const node of seen) {
    if (seen.size > limits.ancestors) return undefined;
    for (const parent of parents.get(node) ?? []) seen.add(parent);
  }
  return new Set([...seen].map(({ key }) => key));
}
