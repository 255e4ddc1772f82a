import { type Expression, Failure, type Outcome } from '@modelward/policy';

const ways = ['true', 'false', 'value', 'error'] as const;
type Way = (typeof ways)[number];

/** How often each kind of expression was evaluated, and how it went. */
export class Coverage {
  readonly #counts = new Map<string, Record<Way, number>>();

  readonly observe = (expression: Expression, outcome: Outcome): void => {
    const kind = kindOf(expression);
    const counts = this.#counts.get(kind) ?? { true: 0, false: 0, value: 0, error: 0 };
    counts[wayOf(outcome)] += 1;
    this.#counts.set(kind, counts);
  };

  get kinds(): readonly string[] {
    return [...this.#counts.keys()].sort();
  }

  count(kind: string, way: Way): number {
    return this.#counts.get(kind)?.[way] ?? 0;
  }

  lines(): readonly string[] {
    const row = (cells: readonly (string | number)[]) =>
      cells.map((cell, at) => (at === 0 ? String(cell).padEnd(22) : String(cell).padStart(10))).join('');
    return [row(['', ...ways]), ...this.kinds.map((kind) => row([kind, ...ways.map((way) => this.count(kind, way))]))];
  }
}

function kindOf(expression: Expression): string {
  switch (expression.kind) {
    case 'unary':
    case 'binary':
      return expression.operator;
    case 'call':
      return `${expression.name}()`;
    case 'has':
      return expression.path.length > 1 ? 'has a.b' : 'has';
    case 'is':
      return expression.in === undefined ? 'is' : 'is in';
    default:
      return expression.kind;
  }
}

function wayOf(outcome: Outcome): Way {
  if (outcome instanceof Failure) return 'error';
  return typeof outcome === 'boolean' ? `${outcome}` : 'value';
}
