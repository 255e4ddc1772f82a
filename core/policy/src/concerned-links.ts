import type { EntityRef, PolicyLink, PolicyQuestion } from './engine.ts';

/** The links whose principal the asker is or is a member of, and whose scope the resource is or lies in. */
export function concernedLinks({ principal, resource, entities, links }: PolicyQuestion): readonly PolicyLink[] {
  const parents = new Map(entities.map((entity) => [keyOf(entity.uid), entity.parents]));
  const principals = withAncestors(principal, parents);
  const scopes = withAncestors(resource, parents);
  return links.filter((link) => principals.has(keyOf(link.principal)) && scopes.has(keyOf(link.scope)));
}

export function keyOf({ type, id }: EntityRef): string {
  return `${type}::${id}`;
}

function withAncestors(start: EntityRef, parents: ReadonlyMap<string, readonly EntityRef[]>): ReadonlySet<string> {
  const seen = new Set([keyOf(start)]);
  for (const key of seen) {
    for (const parent of parents.get(key) ?? []) seen.add(keyOf(parent));
  }
  return seen;
}
