import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';
import { attributeOf, type Scope, type Searchable, scopeOf } from './filter.ts';

export type Order = { readonly scope: Scope; readonly key: string; readonly descending: boolean };

const termPattern = /^\s*(?:(\w+)\.)?(`[^`]*`|"[^"]*"|[\w.-]+)(?:\s+(\w+))?\s*$/;

export function readOrder(terms: readonly string[], searchable: Searchable): readonly Order[] {
  return wholeOrder(
    terms.map((term) => orderOf(term, searchable)),
    searchable,
  );
}

/** What was asked for, and then the usual order, so that no two rows ever stand in an order that could change between pages. */
export function wholeOrder(asked: readonly Order[], { usualOrder }: Searchable): readonly Order[] {
  if (asked.length > limits.termsPerOrder) throw invalid(`\`order_by\` has more than ${limits.termsPerOrder} terms`);
  if (new Set(asked.map(({ scope, key }) => `${scope}.${key}`)).size !== asked.length) {
    throw invalid(`\`order_by\` contains duplicate fields: [${asked.map(({ key }) => `'${key}'`).join(', ')}]`);
  }
  const rest = usualOrder.filter(({ key }) => asked.every((term) => term.scope !== 'attribute' || term.key !== key));
  return [...asked, ...rest.map((term) => ({ scope: 'attribute', ...term }) as const)];
}

function orderOf(term: string, searchable: Searchable): Order {
  const match = termPattern.exec(term);
  if (match === null) throw invalid(`Invalid order_by clause '${term.slice(0, 100)}'. Could not be parsed.`);
  const [, scopeName, quotedKey = '', direction = 'asc'] = match;
  const scope = scopeOf(scopeName, searchable.scopes);
  const key = quotedKey.replace(/^[`"](.*)[`"]$/, '$1');
  if (scope === 'attribute') attributeOf(key, searchable.order);
  if (!/^(?:asc|desc)$/i.test(direction))
    throw invalid(`Invalid ordering key in order_by clause '${term.slice(0, 100)}'.`);
  return { scope, key, descending: direction.toLowerCase() === 'desc' };
}
