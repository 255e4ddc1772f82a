import { type Database, sql, type Tables } from '@modelward/storage';
import type { PageAsked } from '../request/page.ts';
import { type Attribute, attributeOf, type Clause, type Comparator, type Searchable } from './filter.ts';
import type { Order } from './order.ts';

export type Search = PageAsked & { readonly clauses: readonly Clause[]; readonly order: readonly Order[] };
export type Fragment<Value> = ReturnType<typeof sql<Value>>;

/** Where the things that are searched keep what is in their own row and what is not. */
export type Searched = Searchable & {
  readonly database: Database['kind'];
  /** The owner of tags and parameters, and its key in a row of the search. */
  readonly type: Tables['registry_attributes']['owner_type'];
  readonly key: Fragment<string>;
  /** The values of one metric of one row: columns `value` and `is_nan`. */
  readonly metric?: {
    readonly any: (name: string) => Fragment<unknown>;
    readonly last: (name: string) => Fragment<unknown>;
  };
};

export function conditionsOf(clauses: readonly Clause[], searched: Searched): Fragment<boolean> {
  const conditions = clauses.map((clause) => conditionOf(clause, searched));
  return sql<boolean>`(${sql.join([sql`1 = 1`, ...conditions], sql` and `)})`;
}

function conditionOf(clause: Clause, searched: Searched): Fragment<boolean> {
  switch (clause.scope) {
    case 'attribute':
      return compare(sql.ref(attributeOf(clause.key, searched.filter).column), clause, searched);
    case 'tag':
    case 'param':
      return noteCondition(clause, searched);
    case 'metric':
      return metricCondition(clause, searched);
  }
}

function noteCondition(clause: Clause, searched: Searched): Fragment<boolean> {
  if (clause.comparator === 'IS NULL') return sql<boolean>`not exists (${noteOf(clause, searched)})`;
  if (clause.comparator === 'IS NOT NULL') return sql<boolean>`exists (${noteOf(clause, searched)})`;
  return sql<boolean>`exists (${noteOf(clause, searched)} and ${compare(sql`notes.value`, clause, searched)})`;
}

function noteOf({ scope, key }: Pick<Clause, 'scope' | 'key'>, searched: Searched): Fragment<unknown> {
  return sql`select notes.value from registry_attributes as notes where notes.owner_type = ${searched.type}
    and notes.owner_key = ${searched.key} and notes.kind = ${scope} and notes.key = ${key}`;
}

/** A NaN is kept as 0: it equals nothing, and differs from everything. */
function metricCondition(clause: Clause, searched: Searched): Fragment<boolean> {
  const values = metricOf(searched).any(clause.key);
  const compared = compare(sql`found.value`, clause, searched);
  const holds =
    clause.comparator === '!=' ? sql`${compared} or found.is_nan = 1` : sql`${compared} and found.is_nan = 0`;
  return sql<boolean>`exists (select 1 from (${values}) as found where ${holds})`;
}

function metricOf({ metric }: Searched) {
  if (metric === undefined) throw new Error('what is searched has no metrics');
  return metric;
}

function compare(column: Fragment<unknown>, { comparator, value }: Clause, searched: Searched): Fragment<boolean> {
  if (comparator === 'LIKE' || comparator === 'ILIKE')
    return resembles(column, { comparator, pattern: String(value) }, searched);
  if (comparator === 'IN' || comparator === 'NOT IN') {
    const list = sql.join((value as readonly string[]).map((item) => sql`${item}`));
    return sql<boolean>`${column} ${sql.raw(comparator)} (${list})`;
  }
  // Cast, because PostgreSQL would read a number beside an integer column as an integer.
  const right = typeof value === 'number' ? sql`cast(${value} as double precision)` : sql`${value}`;
  return sql<boolean>`${column} ${sql.raw(plainly(comparator))} ${right}`;
}

/** Only these few texts ever become part of a statement; everything else is a bound value. */
function plainly(comparator: Comparator): string {
  const plain = ['=', '!=', '<', '<=', '>', '>='].find((known) => known === comparator);
  if (plain === undefined) throw new Error(`\`${comparator}\` is not a plain comparator`);
  return plain;
}

type Pattern = { readonly comparator: 'LIKE' | 'ILIKE'; readonly pattern: string };

/** `%` is any text and `_` any character; nothing escapes them. SQLite's own LIKE takes `A` for `a`, so it serves as ILIKE. */
function resembles(
  column: Fragment<unknown>,
  { comparator, pattern }: Pattern,
  { database }: Searched,
): Fragment<boolean> {
  if (database === 'postgres') return sql<boolean>`${column} ${sql.raw(comparator)} ${pattern} escape ''`;
  if (comparator === 'ILIKE') return sql<boolean>`${column} like ${pattern}`;
  const glob = pattern.replace(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');
  return sql<boolean>`${column} glob ${glob}`;
}

/** What has no value comes last, whichever way the order goes; a NaN comes just before it. */
export function orderingOf(order: readonly Order[], searched: Searched): Fragment<unknown> {
  return sql.join(order.flatMap((term) => termsOf(term, searched)));
}

function termsOf({ scope, key, descending }: Order, searched: Searched): readonly Fragment<unknown>[] {
  const direction = sql.raw(descending ? 'desc' : 'asc');
  if (scope === 'attribute') {
    const attribute = attributeOf(key, searched.order);
    const column = orderColumn(attribute, searched);
    return [...(attribute.isOptional ? [absentLast(column)] : []), sql`${column} ${direction}`];
  }
  if (scope === 'metric') {
    const last = metricOf(searched).last(key);
    const isNan = sql`(select found.is_nan from (${last}) as found)`;
    return [sql`coalesce(${isNan}, 2)`, sql`(select found.value from (${last}) as found) ${direction}`];
  }
  const value = exactText(sql`(${noteOf({ scope, key }, searched)})`, searched);
  return [absentLast(value), sql`${value} ${direction}`];
}

function absentLast(value: Fragment<unknown>): Fragment<unknown> {
  return sql`case when ${value} is null then 1 else 0 end`;
}

function orderColumn({ column, kind }: Attribute, searched: Searched): Fragment<unknown> {
  if (kind === 'numeric-text') return sql`cast(${sql.ref(column)} as bigint)`;
  return kind === 'number' ? sql.ref(column) : exactText(sql.ref(column), searched);
}

/** By code point, on every database: a page must not depend on the language that a PostgreSQL was set up with. */
function exactText(value: Fragment<unknown>, { database }: Searched): Fragment<unknown> {
  return database === 'postgres' ? sql`${value} collate "C"` : value;
}
