import { extensionFunctions } from '../extensions/functions.ts';
import { isLong } from '../values/long.ts';
import { EntityNode } from '../values/value.ts';
import { binaryOperators, type Expression, type Pattern, unaryOperators, type Variable } from './expression.ts';
import type { Reader } from './reader.ts';

const variables: readonly string[] = ['principal', 'action', 'resource', 'context'] satisfies Variable[];
const nothing: Expression = { kind: 'literal', value: false };

/** One node of the JSON form. A node that is not in these tables is a flaw: it may mean anything. */
export function readExpression(json: unknown, reader: Reader): Expression {
  return reader.nested(nothing, () => {
    const [name, body, ...more] = reader.onlyEntry(json);
    if (name === undefined || more.length > 0) return reader.flaw(nothing, 'an expression that is no single node');
    const read = nodes.get(name);
    if (read !== undefined) return read(body, reader);
    if (!extensionFunctions.has(name)) return reader.flaw(nothing, `an expression of the unknown kind \`${name}\``);
    if (!Array.isArray(body)) return reader.flaw(nothing, `a call of \`${name}\` without a list of arguments`);
    return { kind: 'call', name, args: body.map((argument) => readExpression(argument, reader)) };
  });
}

type ReadNode = (body: unknown, reader: Reader) => Expression;

const nodes: ReadonlyMap<string, ReadNode> = new Map<string, ReadNode>([
  ['Value', readValue],
  ['Var', readVariable],
  ['&&', (body, reader) => readChain('and', '&&', { body, reader })],
  ['||', (body, reader) => readChain('or', '||', { body, reader })],
  ...unaryOperators.map((operator): [string, ReadNode] => [
    operator,
    (body, reader) => ({ kind: 'unary', operator, of: readExpression(reader.members(body, ['arg']).arg, reader) }),
  ]),
  ...binaryOperators.map((operator): [string, ReadNode] => [
    operator,
    (body, reader) => {
      const { left, right } = reader.members(body, ['left', 'right']);
      return { kind: 'binary', operator, left: readExpression(left, reader), right: readExpression(right, reader) };
    },
  ]),
  ['.', readAttribute],
  ['has', readHas],
  ['like', readLike],
  ['is', readIs],
  ['if-then-else', readIf],
  ['Set', readSet],
  ['Record', readRecord],
]);

function readValue(body: unknown, reader: Reader): Expression {
  const long = reader.integer(body);
  if (isLong(long)) return { kind: 'literal', value: long };
  if (typeof body === 'boolean' || typeof body === 'string') return { kind: 'literal', value: body };
  const { __entity } = reader.members(body, ['__entity']);
  return { kind: 'literal', value: readEntity(__entity, reader) };
}

export function readEntity(body: unknown, reader: Reader): EntityNode {
  const { type, id } = reader.members(body, ['type', 'id']);
  return new EntityNode(reader.text(type), reader.text(id));
}

function readVariable(body: unknown, reader: Reader): Expression {
  const name = reader.text(body);
  if (!variables.includes(name)) return reader.flaw(nothing, `the unknown variable \`${name}\``);
  return { kind: 'variable', name: name as Variable };
}

type Chain = { readonly body: unknown; readonly reader: Reader };

/** A long chain leans to the left in the JSON form; walked down in a loop, it is as deep as one node. */
function readChain(kind: 'and' | 'or', name: string, { body, reader }: Chain): Expression {
  const parts: Expression[] = [];
  let rest: unknown = { [name]: body };
  while (reader.isNode(rest, name)) {
    const { left, right } = reader.members(rest[name], ['left', 'right']);
    parts.unshift(...flat(kind, readExpression(right, reader)));
    rest = left;
  }
  return { kind, parts: [...flat(kind, readExpression(rest, reader)), ...parts] };
}

function flat(kind: 'and' | 'or', expression: Expression): readonly Expression[] {
  return expression.kind === kind ? expression.parts : [expression];
}

function readAttribute(body: unknown, reader: Reader): Expression {
  const { left, attr } = reader.members(body, ['left', 'attr']);
  return { kind: 'attribute', of: readExpression(left, reader), name: reader.text(attr) };
}

function readHas(body: unknown, reader: Reader): Expression {
  const { left, attr } = reader.members(body, ['left', 'attr']);
  const path = Array.isArray(attr) && attr.length > 0 ? attr.map((name) => reader.text(name)) : [reader.text(attr)];
  return { kind: 'has', of: readExpression(left, reader), path };
}

function readLike(body: unknown, reader: Reader): Expression {
  const { left, pattern } = reader.members(body, ['left', 'pattern']);
  const texts: [string, ...string[]] = [''];
  for (const part of Array.isArray(pattern) ? pattern : [undefined]) {
    if (part === 'Wildcard') texts.push('');
    else texts[texts.length - 1] += reader.text(reader.members(part, ['Literal']).Literal);
  }
  return { kind: 'like', of: readExpression(left, reader), pattern: withoutRepeats(texts) };
}

/** Two wildcards side by side are one. */
function withoutRepeats([first, ...others]: Pattern): Pattern {
  return [first, ...others.filter((text, at) => text !== '' || at === others.length - 1)];
}

function readIs(body: unknown, reader: Reader): Expression {
  const { left, entity_type, in: inside } = reader.members(body, ['left', 'entity_type'], ['in']);
  return {
    kind: 'is',
    of: readExpression(left, reader),
    type: reader.text(entity_type),
    in: inside === undefined ? undefined : readExpression(inside, reader),
  };
}

function readIf(body: unknown, reader: Reader): Expression {
  const given = reader.members(body, ['if', 'then', 'else']);
  return {
    kind: 'if',
    condition: readExpression(given.if, reader),
    yes: readExpression(given.then, reader),
    no: readExpression(given.else, reader),
  };
}

function readSet(body: unknown, reader: Reader): Expression {
  if (!Array.isArray(body)) return reader.flaw(nothing, 'a set without a list of items');
  return { kind: 'set', items: body.map((item) => readExpression(item, reader)) };
}

function readRecord(body: unknown, reader: Reader): Expression {
  return {
    kind: 'record',
    members: reader.entries(body).map(([name, value]) => [name, readExpression(value, reader)] as const),
  };
}
