import { EntityNode } from '../values/value.ts';

/** Entities by id. Those of several types that share an id follow one another by `next`. */
type ById = ReadonlyMap<string, EntityNode>;

/**
 * The entities that decisions read. A store is built once and never changes, so that whatever was computed about its
 * entities stays true; news make a new store.
 */
export class EntityStore {
  readonly #base: EntityStore | undefined;
  readonly #byId: ById;

  constructor(byId: ById, base?: EntityStore) {
    this.#byId = byId;
    this.#base = base;
  }

  find(type: string, id: string): EntityNode | undefined {
    return follow(this.#byId.get(id), type) ?? this.#base?.find(type, id);
  }

  /** What is not in the store is a name that lies in nothing, made for one decision: unknown ids leave nothing behind. */
  findOrName(type: string, id: string): EntityNode {
    return this.find(type, id) ?? new EntityNode(type, id);
  }
}

export const noEntities = new EntityStore(new Map());

/** A node for each entity that is named, whether it is there or not, so that equal entities of a store are one object. */
export class NodeTable {
  readonly byId = new Map<string, EntityNode>();

  node(type: string, id: string): EntityNode {
    const first = this.byId.get(id);
    const known = follow(first, type);
    if (known !== undefined) return known;
    const made = new EntityNode(type, id, true);
    made.next = first;
    this.byId.set(id, made);
    return made;
  }
}

function follow(first: EntityNode | undefined, type: string): EntityNode | undefined {
  let node = first;
  while (node !== undefined && node.type !== type) node = node.next;
  return node;
}
