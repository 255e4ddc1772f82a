import type { Entity, EntityRef, PolicyValue } from '@modelward/policy';

/** The part of a world that a question reads: whom and what it is about, and all that these lie in or refer to. */
export function slicesOf(entities: readonly Entity[]): (from: readonly EntityRef[]) => readonly Entity[] {
  const byKey = new Map(entities.map((entity) => [keyOf(entity.uid), entity]));
  return (from) => reachable(from, byKey);
}

function reachable(from: readonly EntityRef[], byId: ReadonlyMap<string, Entity>): readonly Entity[] {
  const found = new Map<string, Entity>();
  const visit = (uid: EntityRef): void => {
    const key = keyOf(uid);
    const entity = byId.get(key);
    if (entity === undefined || found.has(key)) return;
    found.set(key, entity);
    for (const parent of entity.parents) visit(parent);
    for (const value of Object.values(entity.attributes)) for (const ref of refsOf(value)) visit(ref);
  };
  for (const uid of from) visit(uid);
  return [...found.values()];
}

function refsOf(value: PolicyValue): readonly EntityRef[] {
  if (typeof value !== 'object') return [];
  if (isSet(value)) return value.flatMap(refsOf);
  if ('record' in value) return Object.values(value.record).flatMap(refsOf);
  return 'type' in value ? [value] : [];
}

function isSet(value: object): value is readonly PolicyValue[] {
  return Array.isArray(value);
}

function keyOf({ type, id }: EntityRef): string {
  return `${type}::${id}`;
}
