import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';

/** One condition of a search. Conditions are joined by AND. */
export type Clause =
  | { readonly kind: 'is' | 'starts'; readonly column: string; readonly value: string }
  | { readonly kind: 'tagged' | 'not-tagged'; readonly key: string; readonly value: string };
export type Order = { readonly column: string; readonly descending: boolean };

/** What one kind of thing can be searched by, by the names that MLflow gives to its attributes. */
export type Searchable = {
  readonly columns: Readonly<Record<string, string>>;
  readonly order: Readonly<Record<string, string>>;
  /** Unless the request says otherwise; its end also makes every order total. */
  readonly usualOrder: readonly Order[];
};

const promptTag = 'mlflow.prompt.is_prompt';
const clausePattern =
  /\s*(?:(\w+)\.)?(`[^`]*`|"[^"]*"|[\w.-]+)\s*(!=|=|like\b)\s*('[^']*'|"[^"]*")\s*(and\b|$)/iy;

export function readFilter(text: string | undefined, searchable: Searchable): readonly Clause[] {
  const filter = (text ?? '').trim();
  if (filter.length > limits.filterCharacters) throw invalid('`filter` is too long');
  const clauses: Clause[] = [];
  for (let at = 0; at < filter.length; ) {
    clausePattern.lastIndex = at;
    const match = clausePattern.exec(filter);
    const clause = match === null ? undefined : clauseOf(match, searchable);
    if (clause === undefined || (match?.[5] !== '' && clausePattern.lastIndex === filter.length)) {
      throw unsupported(filter, searchable);
    }
    clauses.push(clause);
    at = clausePattern.lastIndex;
  }
  return clauses;
}

/** Prompts are models with a tag; a search that does not ask about it finds none of them. */
export function withoutPrompts(clauses: readonly Clause[]): readonly Clause[] {
  const asks = clauses.some((clause) => 'key' in clause && clause.key === promptTag);
  return asks ? clauses : [...clauses, { kind: 'not-tagged', key: promptTag, value: 'true' }];
}

function clauseOf(match: RegExpExecArray, { columns }: Searchable): Clause | undefined {
  const [, scope = 'attributes', quotedName = '', comparator = '', quoted = ''] = match;
  const name = quotedName.replace(/^[`"](.*)[`"]$/, '$1');
  const value = quoted.slice(1, -1);
  if (/^tags?$/i.test(scope)) return tagClause(name, comparator, value);
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (column === undefined || !/^(?:attributes?|attr)$/i.test(scope)) return undefined;
  if (comparator === '=') return { kind: 'is', column, value };
  if (comparator === '!=') return undefined;
  return likeClause(column, value);
}

function tagClause(key: string, comparator: string, value: string): Clause | undefined {
  if (comparator === '=') return { kind: 'tagged', key, value };
  return comparator === '!=' && key === promptTag ? { kind: 'not-tagged', key, value } : undefined;
}

function likeClause(column: string, pattern: string): Clause | undefined {
  const start = pattern.replace(/%$/, '');
  if (/[%_\\]/.test(start)) return undefined;
  return { kind: pattern.endsWith('%') ? 'starts' : 'is', column, value: start };
}

function unsupported(filter: string, { columns }: Searchable) {
  const names = Object.keys(columns).map((name) => `${name} = 'x', ${name} LIKE 'x%'`);
  return invalid(
    `Invalid filter '${filter.slice(0, 200)}'. Supported here, joined by AND: ${names.join(', ')}, tags.\`key\` = 'x', ` +
      `tags.\`${promptTag}\` != 'true'`,
  );
}

export function readOrder(fields: Fields, { order, usualOrder }: Searchable): readonly Order[] {
  const asked = fields.texts('order_by').map((term) => orderOf(term, order));
  if (new Set(asked.map(({ column }) => column)).size !== asked.length) {
    throw invalid('`order_by` contains duplicate fields');
  }
  return [...asked, ...usualOrder.filter(({ column }) => asked.every((term) => term.column !== column))];
}

function orderOf(term: string, order: Searchable['order']): Order {
  const [, name = '', direction = 'asc'] = /^\s*(?:(?:attributes?|attr)\.)?`?(\w+)`?(?:\s+(asc|desc))?\s*$/i.exec(term) ?? [];
  const column = Object.hasOwn(order, name) ? order[name] : undefined;
  if (column === undefined) {
    throw invalid(`Invalid order by key '${term.slice(0, 100)}' specified. Valid keys are ${Object.keys(order).join(', ')}`);
  }
  return { column, descending: direction.toLowerCase() === 'desc' };
}
