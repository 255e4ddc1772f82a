import type { Expression, Pattern } from '../est/expression.ts';
import { describeValue } from '../values/describe-value.ts';

/** An expression as Cedar writes it. Brackets stand around every operand that is made of several. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return describeValue(expression.value);
    case 'variable':
      return expression.name;
    case 'unary':
      return printUnary(expression.operator, operand(expression.of));
    case 'binary':
      return printBinary(expression.operator, operand(expression.left), expression.right);
    case 'and':
      return expression.parts.map(operand).join(' && ');
    case 'or':
      return expression.parts.map(operand).join(' || ');
    case 'if':
      return `if ${printExpression(expression.condition)} then ${printExpression(expression.yes)} else ${printExpression(expression.no)}`;
    case 'attribute':
      return `${operand(expression.of)}${attribute(expression.name)}`;
    case 'has':
      return `${operand(expression.of)} has ${printPath(expression.path)}`;
    case 'like':
      return `${operand(expression.of)} like ${printPattern(expression.pattern)}`;
    case 'is':
      return `${operand(expression.of)} is ${expression.type}${expression.in ? ` in ${operand(expression.in)}` : ''}`;
    case 'set':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'record':
      return `{${expression.members.map(([name, value]) => `${JSON.stringify(name)}: ${printExpression(value)}`).join(', ')}}`;
    case 'call':
      return printCall(expression.name, expression.args);
  }
}

/** What Cedar calls like functions. All other extension functions are called like methods of their first argument. */
const functions = new Set(['ip', 'decimal', 'datetime', 'duration']);
const methods = new Set(['contains', 'containsAll', 'containsAny', 'getTag', 'hasTag']);
const compound = new Set<Expression['kind']>(['binary', 'and', 'or', 'if', 'has', 'like', 'is', 'unary']);

function operand(expression: Expression): string {
  const isMethod = expression.kind === 'binary' && methods.has(expression.operator);
  const text = printExpression(expression);
  return compound.has(expression.kind) && !isMethod ? `(${text})` : text;
}

function printUnary(operator: string, of: string): string {
  if (operator === 'isEmpty') return `${of}.isEmpty()`;
  // `-3` is a number, and `-(3)` the negation of one.
  return operator === '!' ? `!${of}` : `-(${of})`;
}

function printBinary(operator: string, left: string, right: Expression): string {
  return methods.has(operator)
    ? `${left}.${operator}(${printExpression(right)})`
    : `${left} ${operator} ${operand(right)}`;
}

function printCall(name: string, args: readonly Expression[]): string {
  const [first, ...others] = args;
  const called = (given: readonly Expression[]) => `${name}(${given.map(printExpression).join(', ')})`;
  return first === undefined || functions.has(name) ? called(args) : `${operand(first)}.${called(others)}`;
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

function attribute(name: string): string {
  return identifier.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function printPath(path: readonly string[]): string {
  return path.map((name) => (identifier.test(name) ? name : JSON.stringify(name))).join('.');
}

function printPattern(pattern: Pattern): string {
  return `"${pattern.map((text) => JSON.stringify(text).slice(1, -1).replaceAll('*', '\\*')).join('*')}"`;
}
