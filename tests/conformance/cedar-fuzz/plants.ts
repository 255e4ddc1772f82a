import type { Expression, PolicyTree, Target } from '@modelward/policy';

/* Ways in which a compiler could go wrong, each as a change of what it is given to compile. */

type Plant = (tree: PolicyTree) => PolicyTree;

/** The same tree with each expression changed, from the innermost out. */
function everywhere(change: (expression: Expression) => Expression): Plant {
  const clauses = (tree: PolicyTree) => tree.clauses.map(({ kind, body }) => ({ kind, body: mapped(body, change) }));
  return (tree) => ({ ...tree, clauses: clauses(tree) });
}

function mapped(expression: Expression, change: (expression: Expression) => Expression): Expression {
  const deep = (part: Expression) => mapped(part, change);
  switch (expression.kind) {
    case 'literal':
    case 'variable':
      return change(expression);
    case 'unary':
    case 'attribute':
    case 'has':
    case 'like':
      return change({ ...expression, of: deep(expression.of) });
    case 'binary':
      return change({ ...expression, left: deep(expression.left), right: deep(expression.right) });
    case 'and':
    case 'or':
      return change({ ...expression, parts: expression.parts.map(deep) });
    case 'if':
      return change({
        ...expression,
        condition: deep(expression.condition),
        yes: deep(expression.yes),
        no: deep(expression.no),
      });
    case 'is':
      return change({ ...expression, of: deep(expression.of), in: expression.in && deep(expression.in) });
    case 'set':
      return change({ ...expression, items: expression.items.map(deep) });
    case 'record':
      return change({
        ...expression,
        members: expression.members.map(([name, value]) => [name, deep(value)] as const),
      });
    case 'call':
      return change({ ...expression, args: expression.args.map(deep) });
  }
}

function replacing(from: string, to: string): Plant {
  return everywhere((expression) =>
    expression.kind === 'binary' && expression.operator === from
      ? ({ ...expression, operator: to } as Expression)
      : expression,
  );
}

const isSlot = (target: Target | undefined) => target !== undefined && 'slot' in target;

export const plants: Readonly<Record<string, Plant>> = {
  'an `unless` is dropped': (tree) => ({ ...tree, clauses: tree.clauses.filter(({ kind }) => kind !== 'unless') }),
  'an `unless` is taken for a `when`': (tree) => ({
    ...tree,
    clauses: tree.clauses.map(({ body }) => ({ kind: 'when', body })),
  }),
  'the last of several clauses is dropped': (tree) => ({
    ...tree,
    clauses: tree.clauses.slice(0, Math.max(1, tree.clauses.length - 1)),
  }),
  'the sides of `in` are swapped': everywhere((expression) =>
    expression.kind === 'binary' && expression.operator === 'in'
      ? { ...expression, left: expression.right, right: expression.left }
      : expression,
  ),
  'an `&&` is taken for an `||`': everywhere((expression) =>
    expression.kind === 'and' ? { ...expression, kind: 'or' } : expression,
  ),
  'a `<` is taken for a `<=`': replacing('<', '<='),
  'a `containsAll` is taken for a `containsAny`': replacing('containsAll', 'containsAny'),
  'a `hasTag` is taken for a `getTag`': replacing('hasTag', 'getTag'),
  'the `in` of an `is ... in` is dropped': everywhere((expression) =>
    expression.kind === 'is' ? { ...expression, in: undefined } : expression,
  ),
  'only the first step of a `has a.b` is looked at': everywhere((expression) =>
    expression.kind === 'has' ? { ...expression, path: expression.path.slice(0, 1) } : expression,
  ),
  'the wildcards at the ends of a `like` are dropped': everywhere((expression) =>
    expression.kind === 'like' && expression.pattern.length > 1
      ? { ...expression, pattern: [expression.pattern.join('')] }
      : expression,
  ),
  'a `+` is taken for a `-`': replacing('+', '-'),
  'the type in a scope is dropped': ({
    principal: { type: _, ...principal },
    resource: { type: __, ...resource },
    ...tree
  }) => ({
    ...tree,
    principal,
    resource,
  }),
  'a group of actions is taken for an action': (tree) => {
    const [first] = tree.action.in ?? [];
    return first === undefined ? tree : { ...tree, action: { equals: first } };
  },
  'an `in ?resource` is taken for an `== ?resource`': (tree) => {
    const { in: slot, ...rest } = tree.resource;
    return slot !== undefined && isSlot(slot) ? { ...tree, resource: { ...rest, equals: slot } } : tree;
  },
  'a forbid is taken for a permit': (tree) => ({ ...tree, effect: 'permit' }),
};
