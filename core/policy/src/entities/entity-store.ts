import { EntityNode } from '../values/value.ts';

/**
 * The entities that decisions read. A store is built once and never changes, so that whatever was computed about its
 * entities stays true; news make a new store.
 */
export class EntityStore {
  readonly #base: EntityStore | undefined;
  readonly #byType: ReadonlyMap<string, ReadonlyMap<string, EntityNode>>;

  constructor(byType: ReadonlyMap<string, ReadonlyMap<string, EntityNode>>, base?: EntityStore) {
    this.#byType = byType;
    this.#base = base;
  }

  find(type: string, id: string): EntityNode | undefined {
    return this.#byType.get(type)?.get(id) ?? this.#base?.find(type, id);
  }

  /** What is not in the store is a name that lies in nothing, made for one decision: unknown ids leave nothing behind. */
  findOrName(type: string, id: string): EntityNode {
    return this.find(type, id) ?? new EntityNode(type, id);
  }
}

export const noEntities = new EntityStore(new Map());

/** A node for each entity that is named, whether it is there or not, so that equal entities of a store are one object. */
export class NodeTable {
  readonly byType = new Map<string, Map<string, EntityNode>>();

  node(type: string, id: string): EntityNode {
    let ofType = this.byType.get(type);
    if (ofType === undefined) {
      ofType = new Map();
      this.byType.set(type, ofType);
    }
    const known = ofType.get(id);
    if (known !== undefined) return known;
    const made = new EntityNode(type, id, true);
    ofType.set(id, made);
    return made;
  }

  get(type: string, id: string): EntityNode | undefined {
    return this.byType.get(type)?.get(id);
  }
}
