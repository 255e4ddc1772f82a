import { noEntities } from '../entities/entity-store.ts';
import { type Expression, partsOf, type Variable } from '../est/expression.ts';
import { functionNamed } from '../extensions/functions.ts';
import { SetValue } from '../values/set-value.ts';
import { EntityNode, Failure, type Outcome, type Value } from '../values/value.ts';
import type { Environment, Evaluate } from './environment.ts';
import { fastPath } from './fast-paths.ts';
import { attributeOf, binary, hasAttribute, isIn, isOfType, typeError, unary } from './operators.ts';
import { matches } from './pattern.ts';

/** Told what each expression came to, each time it is evaluated. */
export type Observe = (expression: Expression, outcome: Outcome) => void;

/**
 * Turns an expression into a function. When it is observed every part of it is evaluated by itself, so that each can be
 * told of; otherwise what is constant is computed now, and common forms are done in one step.
 */
export function compileExpression(expression: Expression, observe?: Observe): Evaluate {
  if (observe !== undefined) {
    const evaluate = build(expression, (part) => compileExpression(part, observe));
    return (environment) => {
      const outcome = evaluate(environment);
      observe(expression, outcome);
      return outcome;
    };
  }
  if (isConstant(expression)) return constantly(build(expression, unobserved)(nowhere));
  return fastPath(expression, unobserved) ?? build(expression, unobserved);
}

const unobserved = (expression: Expression): Evaluate => compileExpression(expression);

const nobody = new EntityNode('', '');
const nowhere: Environment = {
  principal: nobody,
  action: nobody,
  resource: nobody,
  context: new Map(),
  entities: noEntities,
};

/** Whether it comes to the same whatever is asked: an address, a moment, a set of names. None of these kinds reads anything. */
function isConstant(expression: Expression): boolean {
  const { kind } = expression;
  return kind === 'literal' || ((kind === 'set' || kind === 'call') && partsOf(expression).every(isConstant));
}

export type Compile = (expression: Expression) => Evaluate;

function build(expression: Expression, compile: Compile): Evaluate {
  switch (expression.kind) {
    case 'literal':
      return constantly(expression.value);
    case 'variable':
      return readVariable(expression.name);
    case 'unary':
      return withOne(compile(expression.of), unary[expression.operator]);
    case 'binary':
      return withTwo(compile(expression.left), compile(expression.right), binary[expression.operator]);
    case 'and':
      return chain(expression.parts.map(compile), false);
    case 'or':
      return chain(expression.parts.map(compile), true);
    case 'if':
      return choose(compile(expression.condition), compile(expression.yes), compile(expression.no));
    case 'attribute':
      return withOne(compile(expression.of), (value, environment) => attributeOf(value, expression.name, environment));
    case 'has':
      return withOne(compile(expression.of), (value, environment) => hasPath(value, expression.path, environment));
    case 'like':
      return withOne(compile(expression.of), (value) =>
        typeof value === 'string' ? matches(value, expression.pattern) : typeError('string', value),
      );
    case 'is':
      return buildIs(expression, compile);
    case 'set':
      return withAll(expression.items.map(compile), (values) => SetValue.of(values));
    case 'record': {
      const names = expression.members.map(([name]) => name);
      return withAll(
        expression.members.map(([, value]) => compile(value)),
        (values) => new Map(values.map((value, at) => [names[at] ?? '', value])),
      );
    }
    case 'call':
      return withAll(expression.args.map(compile), functionNamed(expression.name));
  }
}

function constantly(value: Outcome): Evaluate {
  return () => value;
}

function readVariable(name: Variable): Evaluate {
  const readers: Readonly<Record<Variable, Evaluate>> = {
    principal: ({ principal }) => principal,
    action: ({ action }) => action,
    resource: ({ resource }) => resource,
    context: ({ context }) => context,
  };
  return readers[name];
}

function withOne(of: Evaluate, apply: (value: Value, environment: Environment) => Outcome): Evaluate {
  return (environment) => {
    const value = of(environment);
    return value instanceof Failure ? value : apply(value, environment);
  };
}

function withTwo(
  left: Evaluate,
  right: Evaluate,
  apply: (left: Value, right: Value, environment: Environment) => Outcome,
): Evaluate {
  return (environment) => {
    const a = left(environment);
    if (a instanceof Failure) return a;
    const b = right(environment);
    return b instanceof Failure ? b : apply(a, b, environment);
  };
}

function withAll(parts: readonly Evaluate[], apply: (values: readonly Value[]) => Outcome): Evaluate {
  return (environment) => {
    const values: Value[] = [];
    for (const part of parts) {
      const value = part(environment);
      if (value instanceof Failure) return value;
      values.push(value);
    }
    return apply(values);
  };
}

/** Stops at the first part that settles it; what is not reached cannot err. */
function chain(parts: readonly Evaluate[], settles: boolean): Evaluate {
  return (environment) => {
    for (const part of parts) {
      const value = part(environment);
      if (value === settles) return settles;
      if (typeof value !== 'boolean') return value instanceof Failure ? value : typeError('bool', value);
    }
    return !settles;
  };
}

function choose(condition: Evaluate, yes: Evaluate, no: Evaluate): Evaluate {
  return (environment) => {
    const value = condition(environment);
    if (typeof value === 'boolean') return value ? yes(environment) : no(environment);
    return value instanceof Failure ? value : typeError('bool', value);
  };
}

function hasPath(value: Value, path: readonly string[], environment: Environment): Outcome {
  let at: Value = value;
  for (const [depth, name] of path.entries()) {
    const has = hasAttribute(at, name, environment);
    if (has !== true || depth === path.length - 1) return has;
    const next = attributeOf(at, name, environment);
    if (next instanceof Failure) return next;
    at = next;
  }
  return false;
}

/** `x is T in y` is `x is T && x in y`: y is not looked at for anything that is not a T. */
function buildIs(expression: Extract<Expression, { kind: 'is' }>, compile: Compile): Evaluate {
  const of = compile(expression.of);
  const inside = expression.in && compile(expression.in);
  return withOne(of, (value, environment) => {
    const is = isOfType(value, expression.type);
    if (is !== true || inside === undefined) return is;
    const container = inside(environment);
    return container instanceof Failure ? container : isIn(value, container, environment);
  });
}
