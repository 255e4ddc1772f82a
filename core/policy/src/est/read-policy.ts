import { ok, type Result, refused } from '@modelward/basics';
import type { EntityNode } from '../values/value.ts';
import { type ExactIntegers, exactIntegers } from './exact-integers.ts';
import type { ActionConstraint, Clause, Constraint, PolicyTree, Slot, Target } from './policy-tree.ts';
import { readEntity, readExpression } from './read-expression.ts';
import { createReader, type Reader } from './reader.ts';

/** Cedar's JSON form of a policy, or everything in it that this engine does not know. `integers` go with the text it was made of. */
export function readPolicy(
  json: unknown,
  integers: ExactIntegers = exactIntegers(''),
): Result<PolicyTree, readonly string[]> {
  const reader = createReader(integers);
  const given = reader.members(json, ['effect', 'principal', 'action', 'resource', 'conditions'], ['annotations']);
  const tree: PolicyTree = {
    effect: readEffect(given.effect, reader),
    principal: readConstraint(given.principal, 'principal', reader),
    action: readAction(given.action, reader),
    resource: readConstraint(given.resource, 'resource', reader),
    clauses: readClauses(given.conditions, reader),
  };
  return reader.flaws.length > 0 ? refused(reader.flaws) : ok(tree);
}

function readEffect(json: unknown, reader: Reader): PolicyTree['effect'] {
  return json === 'permit' || json === 'forbid' ? json : reader.flaw('forbid', 'the effect of a policy');
}

function readConstraint(json: unknown, slot: Slot, reader: Reader): Constraint {
  const { op } = Object(json) as { op?: unknown };
  if (op === 'All') {
    reader.members(json, ['op']);
    return {};
  }
  if (op === '==') return { equals: readTarget(withoutOp(json, reader), slot, reader) };
  if (op === 'in') return { in: readTarget(withoutOp(json, reader), slot, reader) };
  if (op !== 'is') return reader.flaw({}, `the scope \`${String(op)}\``);
  const { entity_type, in: inside } = reader.members(json, ['op', 'entity_type'], ['in']);
  const type = reader.text(entity_type);
  return inside === undefined ? { type } : { type, in: readTarget(inside, slot, reader) };
}

function withoutOp(json: unknown, reader: Reader): Record<string, unknown> {
  return Object.fromEntries(reader.entries(json).filter(([name]) => name !== 'op'));
}

function readTarget(json: unknown, slot: Slot, reader: Reader): Target {
  if (reader.isNode(json, 'slot') && json.slot === `?${slot}`) return { slot };
  return readName(reader.members(json, ['entity']).entity, reader);
}

function readName(json: unknown, reader: Reader): EntityNode {
  return readEntity(reader.isNode(json, '__entity') ? json.__entity : json, reader);
}

function readAction(json: unknown, reader: Reader): ActionConstraint {
  const { op } = Object(json) as { op?: unknown };
  if (op === 'All') {
    reader.members(json, ['op']);
    return {};
  }
  if (op === '==') return { equals: readName(reader.members(json, ['op', 'entity']).entity, reader) };
  if (op !== 'in') return reader.flaw({}, `the action scope \`${String(op)}\``);
  const { entity, entities } = reader.members(json, ['op'], ['entity', 'entities']);
  if (Array.isArray(entities) === (entity !== undefined)) return reader.flaw({}, 'this scope of an action');
  return { in: (Array.isArray(entities) ? entities : [entity]).map((one) => readName(one, reader)) };
}

function readClauses(json: unknown, reader: Reader): readonly Clause[] {
  if (!Array.isArray(json)) return reader.flaw([], 'conditions that are no list');
  return json.map((clause): Clause => {
    const { kind, body } = reader.members(clause, ['kind', 'body']);
    const known = kind === 'when' || kind === 'unless' ? kind : reader.flaw('when' as const, 'a clause of this kind');
    return { kind: known, body: readExpression(body, reader) };
  });
}
