import type { Entity, EntityRef, PolicyBundle, PolicyEngine, PolicyLink, Role } from '@modelward/policy';
import type { MatrixWorld } from '../policy-tests/matrix-world.ts';
import { slicesOf } from '../policy-tests/slices.ts';
import type { Answer } from './answer.ts';
import { cellAnswer } from './cell.ts';

/** One answer: somebody, or whoever has a role, does something to something. */
export type Cell = { readonly who: string; readonly action: string; readonly on: EntityRef; readonly answer: Answer };

export type Matrix = {
  /** Who, in the order of the columns. */
  readonly who: readonly string[];
  readonly cells: readonly Cell[];
};

type Over = { readonly engine: PolicyEngine; readonly world: MatrixWorld };

const withoutRole = 'nobody';

/** Every role by every action and everything in the world that the action is done to. A role is held where it reaches furthest. */
export function roleMatrix({ engine, world }: Over, type: 'User' | 'Service' = 'User'): Matrix {
  const roles = [undefined, ...engine.bundle.roles];
  const slice = slicesOf(world.entities);
  const cells = asked(engine.bundle, world, type).flatMap(({ action, on }) =>
    roles.map((role): Cell => {
      const principal = world.make(type, 'somebody');
      const links = (holder: EntityRef) => (role === undefined ? [] : linksOf(role, { holder, on, world }));
      const owner = ownerOf(on, world, type);
      const question = { principal, action, resource: on, links, owner, slice, nowMs: world.nowMs };
      return { who: role?.name ?? withoutRole, action, on, answer: cellAnswer(question, engine) };
    }),
  );
  return { who: roles.map((role) => role?.name ?? withoutRole), cells };
}

/** The people and services of the world who have a role there, with all the roles that they have. */
export function namedMatrix({ engine, world }: Over): Matrix {
  const holders = world.entities.filter(({ uid }) => isPrincipal(uid) && holdsSomething(uid, world));
  const slice = slicesOf(world.entities);
  const cells = holders.flatMap((principal) =>
    asked(engine.bundle, world, principal.uid.type).map(({ action, on }): Cell => {
      const links = () => world.links;
      const question = { principal, action, resource: on, links, slice, nowMs: world.nowMs };
      return { who: principal.uid.id, action, on, answer: cellAnswer(question, engine) };
    }),
  );
  return { who: holders.map(({ uid }) => uid.id), cells };
}

function isPrincipal({ type }: EntityRef): boolean {
  return type === 'User' || type === 'Service';
}

function holdsSomething(uid: EntityRef, world: MatrixWorld): boolean {
  const held = new Set([uid, ...world.ancestors(uid)].map(({ id }) => id));
  return world.links.some(({ principal }) => held.has(principal.id));
}

function asked({ types }: PolicyBundle, world: MatrixWorld, principalType: string) {
  const actions = [...types.actions.values()]
    .filter(({ principals }) => principals.has(principalType))
    .toSorted((a, b) => (a.node.id < b.node.id ? -1 : 1));
  return actions.flatMap(({ node, resources }) =>
    world.entities
      .filter(({ uid }) => resources.has(uid.type) && !(isPrincipal(uid) && holdsSomething(uid, world)))
      .map(({ uid }) => ({ action: node.id, on: uid })),
  );
}

type Holding = { readonly holder: EntityRef; readonly on: EntityRef; readonly world: MatrixWorld };

/** On the furthest of what the thing lies in that the role may be given on. */
function linksOf(role: Role, { holder, on, world }: Holding): readonly PolicyLink[] {
  const scope = [on, ...world.ancestors(on)].findLast(({ type }) => role.scopeTypes.includes(type));
  return scope === undefined ? [] : [{ id: `${role.name}-held`, role: role.name, principal: holder, scope }];
}

/** Somebody who is what the thing says its owner is, or an account as its own. */
function ownerOf(on: EntityRef, world: MatrixWorld, type: 'User' | 'Service'): Entity | undefined {
  if (on.type === type) return world.make(type, on.id);
  const ownerId = world.entities.find(({ uid }) => uid.id === on.id && uid.type === on.type)?.attributes.ownerId;
  return typeof ownerId === 'string' ? world.make(type, ownerId) : undefined;
}
