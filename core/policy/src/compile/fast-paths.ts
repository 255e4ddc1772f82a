import type { BinaryOperator, Expression, Variable } from '../est/expression.ts';
import { equal } from '../values/equality.ts';
import { EntityNode, Failure, type Outcome, sameEntity } from '../values/value.ts';
import type { Compile } from './compile-expression.ts';
import type { Environment, Evaluate } from './environment.ts';
import { attributeOf, binary, isIn } from './operators.ts';

/*
 * The forms that nearly all policies are made of, each as one step instead of several. INVARIANT: a fast path comes to
 * exactly what the general path comes to; the differential tests run both.
 */

export function fastPath(expression: Expression, compile: Compile): Evaluate | undefined {
  if (expression.kind === 'attribute' && expression.of.kind === 'variable') {
    return ofVariable(expression.of.name, expression.name);
  }
  if (expression.kind !== 'binary') return undefined;
  const { operator, left, right } = expression;
  if (right.kind !== 'literal') return operator === '==' ? isSame(compile(left), compile(right)) : undefined;
  const { value } = right;
  if (operator === '==')
    return value instanceof EntityNode ? isEntity(compile(left), value) : isPlain(compile(left), value);
  if (operator === 'in' && value instanceof EntityNode) return isInEntity(compile(left), value);
  return typeof value === 'number' ? comparedWith(operator, compile(left), value) : undefined;
}

/** With a number that is written in the policy. Anything that is no number is left to the general path. */
function comparedWith(operator: BinaryOperator, of: Evaluate, limit: number): Evaluate | undefined {
  const otherwise = (value: Outcome, environment: Environment): Outcome =>
    value instanceof Failure ? value : binary[operator](value, limit, environment);
  switch (operator) {
    case '<':
      return (environment) => {
        const value = of(environment);
        return typeof value === 'number' ? value < limit : otherwise(value, environment);
      };
    case '<=':
      return (environment) => {
        const value = of(environment);
        return typeof value === 'number' ? value <= limit : otherwise(value, environment);
      };
    case '>':
      return (environment) => {
        const value = of(environment);
        return typeof value === 'number' ? value > limit : otherwise(value, environment);
      };
    case '>=':
      return (environment) => {
        const value = of(environment);
        return typeof value === 'number' ? value >= limit : otherwise(value, environment);
      };
    default:
      return undefined;
  }
}

function isSame(left: Evaluate, right: Evaluate): Evaluate {
  return (environment) => {
    const a = left(environment);
    if (a instanceof Failure) return a;
    const b = right(environment);
    if (a instanceof EntityNode && b instanceof EntityNode) return sameEntity(a, b);
    return b instanceof Failure ? b : equal(a, b);
  };
}

const attributeReaders: Readonly<Record<Variable, (name: string) => Evaluate>> = {
  principal: (name) => (environment) =>
    environment.principal.attributes?.get(name) ?? attributeOf(environment.principal, name, environment),
  action: (name) => (environment) => attributeOf(environment.action, name, environment),
  resource: (name) => (environment) =>
    environment.resource.attributes?.get(name) ?? attributeOf(environment.resource, name, environment),
  context: (name) => (environment) =>
    environment.context.get(name) ?? attributeOf(environment.context, name, environment),
};

function ofVariable(variable: Variable, name: string): Evaluate {
  return attributeReaders[variable](name);
}

/** A literal that is no entity is a boolean, a number or a text, which are equal when they are identical. */
function isPlain(of: Evaluate, literal: unknown): Evaluate {
  return (environment) => {
    const value = of(environment);
    return value === literal || (value instanceof Failure && value);
  };
}

function isEntity(of: Evaluate, literal: EntityNode): Evaluate {
  return (environment) => {
    const value = of(environment);
    if (value instanceof EntityNode) return sameEntity(value, literal);
    return value instanceof Failure && value;
  };
}

function isInEntity(of: Evaluate, literal: EntityNode): Evaluate {
  const { key } = literal;
  return (environment: Environment) => {
    const value = of(environment);
    if (value instanceof EntityNode && value.resident) return value.key === key || value.ancestors.has(key);
    return value instanceof Failure ? value : isIn(value, literal, environment);
  };
}
