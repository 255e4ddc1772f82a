import { type EntityNode, entityKey } from '../values/value.ts';

type Name = { readonly type: string; readonly id: string };

/** A template with its slots filled: a policy of its own, by the name `id`. */
export type Link = {
  readonly id: string;
  readonly template: string;
  readonly principal?: Name;
  readonly resource?: Name;
};

/** How a slot is compared: not there at all, `== ?slot`, or `in ?slot`. */
export type SlotUse = 'none' | 'equals' | 'in';
export type SlotUses = { readonly principal: SlotUse; readonly resource: SlotUse };

type Shelf = SlotUses & { readonly links: Map<string, Map<string, Link[]>> };

/**
 * The links of a set of templates, found by who asks and what for: by the names of both and of all that they lie in. What it
 * costs depends on how deep entities lie, and not on how many links there are.
 */
export class LinkIndex {
  readonly #usesOf: (template: string) => SlotUses | undefined;
  readonly #shelves = new Map<string, Shelf>();
  readonly #byId = new Map<string, Link>();

  constructor(usesOf: (template: string) => SlotUses | undefined) {
    this.#usesOf = usesOf;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** False, and nothing is changed, when there is no such template, a slot is not filled, or the id is taken. */
  add(link: Link): boolean {
    const uses = this.#usesOf(link.template);
    if (uses === undefined || this.#byId.has(link.id) || !fills(link, uses)) return false;
    const shelf = this.#shelf(uses);
    const byResource = memberOf(shelf.links, keyFor(link.principal), () => new Map<string, Link[]>());
    memberOf(byResource, keyFor(link.resource), (): Link[] => []).push(link);
    this.#byId.set(link.id, link);
    return true;
  }

  remove(id: string): void {
    const link = this.#byId.get(id);
    const uses = link && this.#usesOf(link.template);
    if (link === undefined || uses === undefined) return;
    this.#byId.delete(id);
    const { links } = this.#shelf(uses);
    const byResource = links.get(keyFor(link.principal));
    const left = (byResource?.get(keyFor(link.resource)) ?? []).filter((one) => one !== link);
    if (left.length > 0) byResource?.set(keyFor(link.resource), left);
    else byResource?.delete(keyFor(link.resource));
    if (byResource?.size === 0) links.delete(keyFor(link.principal));
  }

  /** Every link whose slots the two fit. */
  concerning(principal: EntityNode, resource: EntityNode, each: (link: Link) => void): void {
    for (const shelf of this.#shelves.values()) {
      visit(shelf.links, principal, shelf.principal, (byResource) =>
        visit(byResource, resource, shelf.resource, (links) => links.forEach(each)),
      );
    }
  }

  /** Up to `most` of the links that the principal has, on whatever resource. */
  ofPrincipal(principal: EntityNode, most: number): readonly Link[] {
    const found: Link[] = [];
    for (const shelf of this.#shelves.values()) {
      visit(shelf.links, principal, shelf.principal, (byResource) => {
        for (const links of byResource.values()) {
          if (found.length >= most) return;
          found.push(...links.slice(0, most - found.length));
        }
      });
    }
    return found;
  }

  #shelf(uses: SlotUses): Shelf {
    return memberOf(this.#shelves, `${uses.principal} ${uses.resource}`, () => ({ ...uses, links: new Map() }));
  }
}

/** A key that no entity has, for templates that leave this side open. */
const anyone = '';

function keyFor(name: Name | undefined): string {
  return name === undefined ? anyone : entityKey(name.type, name.id);
}

/** Cedar wants exactly the slots that the template has. */
function fills({ principal, resource }: Link, uses: SlotUses): boolean {
  return (
    (principal === undefined) === (uses.principal === 'none') && (resource === undefined) === (uses.resource === 'none')
  );
}

function visit<Found>(
  map: ReadonlyMap<string, Found>,
  node: EntityNode,
  use: SlotUse,
  each: (found: Found) => void,
): void {
  const own = map.get(use === 'none' ? anyone : node.key);
  if (own !== undefined) each(own);
  if (use !== 'in') return;
  for (const ancestor of node.ancestors) {
    const found = map.get(ancestor);
    if (found !== undefined) each(found);
  }
}

function memberOf<Member>(map: Map<string, Member>, key: string, make: () => Member): Member {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
