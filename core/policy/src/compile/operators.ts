import type { BinaryOperator, UnaryOperator } from '../est/expression.ts';
import { Datetime, Duration } from '../extensions/datetime.ts';
import { typeName } from '../values/describe-value.ts';
import { equal } from '../values/equality.ts';
import { add, isLong, type Long, multiply, negate, subtract } from '../values/long.ts';
import { SetValue } from '../values/set-value.ts';
import { EntityNode, Failure, type Outcome, type RecordValue, type Value } from '../values/value.ts';
import type { Environment } from './environment.ts';

export function typeError(expected: string, got: Value): Failure {
  return new Failure(`type error: expected ${expected}, got ${typeName(got)}`);
}

type Binary = (left: Value, right: Value, environment: Environment) => Outcome;

/** What the operators of the language come to, once both sides have been evaluated. */
export const binary: Readonly<Record<BinaryOperator, Binary>> = {
  '==': equal,
  '!=': (left, right) => !equal(left, right),
  '<': (left, right) => compare(left, right, (a, b) => a < b),
  '<=': (left, right) => compare(left, right, (a, b) => a <= b),
  '>': (left, right) => compare(left, right, (a, b) => a > b),
  '>=': (left, right) => compare(left, right, (a, b) => a >= b),
  '+': (left, right) => arithmetic(left, right, add),
  '-': (left, right) => arithmetic(left, right, subtract),
  '*': (left, right) => arithmetic(left, right, multiply),
  in: isIn,
  contains: (left, right) => (left instanceof SetValue ? left.has(right) : typeError('set', left)),
  containsAll: (left, right) => ofSets(left, right, (all, some) => some.items.every((item) => all.has(item))),
  containsAny: (left, right) => ofSets(left, right, (some, others) => others.items.some((item) => some.has(item))),
  hasTag: (left, right, environment) => tagOf(left, right, environment, (tag) => tag !== undefined),
  getTag: (left, right, environment) =>
    tagOf(
      left,
      right,
      environment,
      (tag) => tag ?? new Failure('the entity does not exist, or does not have this tag'),
    ),
};

export const unary: Readonly<Record<UnaryOperator, (value: Value) => Outcome>> = {
  '!': (value) => (typeof value === 'boolean' ? !value : typeError('bool', value)),
  neg: (value) => (isLong(value) ? negate(value) : typeError('long', value)),
  isEmpty: (value) => (value instanceof SetValue ? value.size === 0 : typeError('set', value)),
};

function compare(left: Value, right: Value, test: (a: Long, b: Long) => boolean): Outcome {
  if (isLong(left)) return isLong(right) ? test(left, right) : typeError('long', right);
  if (left instanceof Datetime)
    return right instanceof Datetime ? test(left.ms, right.ms) : typeError('datetime', right);
  if (left instanceof Duration)
    return right instanceof Duration ? test(left.ms, right.ms) : typeError('duration', right);
  return typeError('long, datetime or duration', left);
}

function arithmetic(left: Value, right: Value, operation: (a: Long, b: Long) => Outcome): Outcome {
  if (!isLong(left)) return typeError('long', left);
  return isLong(right) ? operation(left, right) : typeError('long', right);
}

function ofSets(left: Value, right: Value, test: (a: SetValue, b: SetValue) => boolean): Outcome {
  if (!(left instanceof SetValue)) return typeError('set', left);
  return right instanceof SetValue ? test(left, right) : typeError('set', right);
}

/** The entity as the store has it. A name that the store does not have stays what it is: an entity that is not there. */
function resolve(node: EntityNode, { entities }: Environment): EntityNode {
  return node.resident ? node : (entities.find(node.type, node.id) ?? node);
}

/** An entity lies in itself, in what is above it, and in a set when in any of it; a set with anything else in it is an error. */
export function isIn(left: Value, right: Value, environment: Environment): Outcome {
  if (!(left instanceof EntityNode)) return typeError('entity', left);
  const { key, ancestors } = resolve(left, environment);
  if (right instanceof EntityNode) return key === right.key || ancestors.has(right.key);
  if (!(right instanceof SetValue)) return typeError('entity or set of entities', right);
  const keys = right.entityKeys();
  if (keys === undefined) return new Failure('type error: expected a set of entities');
  if (keys.has(key)) return true;
  for (const ancestor of ancestors) if (keys.has(ancestor)) return true;
  return false;
}

export function isOfType(value: Value, type: string): Outcome {
  return value instanceof EntityNode ? value.type === type : typeError('entity', value);
}

function tagOf(left: Value, right: Value, environment: Environment, use: (tag: Value | undefined) => Outcome): Outcome {
  if (!(left instanceof EntityNode)) return typeError('entity', left);
  if (typeof right !== 'string') return typeError('string', right);
  return use(resolve(left, environment).tags?.get(right));
}

export function attributeOf(value: Value, name: string, environment: Environment): Outcome {
  const fields = fieldsOf(value, environment);
  if (fields instanceof Failure) return fields;
  if (fields === undefined) return new Failure(`the entity \`${(value as EntityNode).key}\` does not exist`);
  return fields.get(name) ?? new Failure(`there is no attribute \`${name}\``);
}

export function hasAttribute(value: Value, name: string, environment: Environment): boolean | Failure {
  const fields = fieldsOf(value, environment);
  return fields instanceof Failure ? fields : fields?.has(name) === true;
}

/** Undefined for an entity that is not there. */
function fieldsOf(value: Value, environment: Environment): RecordValue | Failure | undefined {
  if (value instanceof EntityNode) return resolve(value, environment).attributes;
  return value instanceof Map ? value : typeError('record or entity', value);
}
