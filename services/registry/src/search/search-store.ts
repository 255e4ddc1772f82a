import { sql, type Tables } from '@modelward/storage';
import type { PageAsked } from '../request/page.ts';
import type { Clause, Order } from './filter.ts';

export type Search = PageAsked & { readonly clauses: readonly Clause[]; readonly order: readonly Order[] };

export type Fragment<Value> = ReturnType<typeof sql<Value>>;

type Owner = {
  readonly type: Tables['registry_attributes']['owner_type'];
  /** What names one of them among the owners of tags. */
  readonly key: Fragment<string>;
};

export function conditionsOf(clauses: readonly Clause[], owner: Owner): Fragment<boolean> {
  if (clauses.length === 0) return sql<boolean>`1 = 1`;
  return sql<boolean>`(${sql.join(
    clauses.map((clause) => conditionOf(clause, owner)),
    sql` and `,
  )})`;
}

function conditionOf(clause: Clause, { type, key }: Owner): Fragment<boolean> {
  switch (clause.kind) {
    case 'is':
      return sql<boolean>`${sql.ref(clause.column)} = ${clause.value}`;
    case 'starts':
      // Not LIKE: SQLite's takes `A` for `a`, and names here are compared by exact text.
      return sql<boolean>`substr(${sql.ref(clause.column)}, 1, length(${clause.value})) = ${clause.value}`;
    case 'tagged':
    case 'not-tagged': {
      const tagged = sql<boolean>`exists (select 1 from registry_attributes where owner_type = ${type}
        and owner_key = ${key} and kind = 'tag' and registry_attributes.key = ${clause.key} and value = ${clause.value})`;
      return clause.kind === 'tagged' ? tagged : sql<boolean>`not ${tagged}`;
    }
  }
}

export function orderOf(order: readonly Order[]): Fragment<unknown> {
  return sql.join(
    order.map(({ column, descending }) => sql`${sql.ref(column)} ${sql.raw(descending ? 'desc' : 'asc')}`),
  );
}
