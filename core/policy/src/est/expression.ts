import type { Value } from '../values/value.ts';

export type Variable = 'principal' | 'action' | 'resource' | 'context';

export const binaryOperators = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '+',
  '-',
  '*',
  'in',
  'contains',
  'containsAll',
  'containsAny',
  'getTag',
  'hasTag',
] as const;
export type BinaryOperator = (typeof binaryOperators)[number];

export const unaryOperators = ['!', 'neg', 'isEmpty'] as const;
export type UnaryOperator = (typeof unaryOperators)[number];

/** The texts between the wildcards of a `like`: one text means that there is no wildcard. */
export type Pattern = readonly [string, ...string[]];

/** An expression of the Cedar language 4.5, as far as evaluation can tell expressions apart. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'variable'; readonly name: Variable }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `a && (b && c)` and `(a && b) && c` are one list: both stop where the other does. */
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'if'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'has'; readonly of: Expression; readonly path: readonly string[] }
  | { readonly kind: 'like'; readonly of: Expression; readonly pattern: Pattern }
  | { readonly kind: 'is'; readonly of: Expression; readonly type: string; readonly in: Expression | undefined }
  | { readonly kind: 'set'; readonly items: readonly Expression[] }
  | { readonly kind: 'record'; readonly members: readonly (readonly [name: string, value: Expression])[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] };

/** The expressions that an expression is made of, in the order in which they are evaluated. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'variable':
      return [];
    case 'unary':
    case 'attribute':
    case 'has':
    case 'like':
      return [expression.of];
    case 'binary':
      return [expression.left, expression.right];
    case 'and':
    case 'or':
      return expression.parts;
    case 'if':
      return [expression.condition, expression.yes, expression.no];
    case 'is':
      return expression.in === undefined ? [expression.of] : [expression.of, expression.in];
    case 'set':
      return expression.items;
    case 'record':
      return expression.members.map(([, value]) => value);
    case 'call':
      return expression.args;
  }
}
