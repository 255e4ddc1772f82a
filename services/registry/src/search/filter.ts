import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';

/** Where a name of a filter or an order is looked up. */
export type Scope = 'attribute' | 'tag' | 'param' | 'metric';

export type Comparator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

/** One condition of a search. Conditions are joined by AND. */
export type Clause = {
  readonly scope: Scope;
  readonly key: string;
  readonly comparator: Comparator;
  /** A list for IN and NOT IN, nothing for IS NULL and IS NOT NULL. */
  readonly value: string | number | readonly string[] | undefined;
};

export type Attribute = {
  readonly column: string;
  readonly kind: 'text' | 'number' /** A decimal number that is kept as text. */ | 'numeric-text';
  /** Whether it may be null, and then comes last in every order. */
  readonly isOptional?: true;
};

/** What one kind of thing can be searched by, by the names that MLflow gives to its attributes. */
export type Searchable = {
  readonly scopes: readonly Scope[];
  readonly filter: Readonly<Record<string, Attribute>>;
  readonly order: Readonly<Record<string, Attribute>>;
  /** Unless the request says otherwise; its end also makes every order total. */
  readonly usualOrder: readonly { readonly key: string; readonly descending: boolean }[];
};

const identifier = String.raw`(?:(\w+)\s*\.\s*)?(${'`[^`]*`'}|"[^"]*"|[\w.-]+)`;
const comparator = String.raw`(!=|<=|>=|=|<|>|(?:i?like|not\s+in|in)\b|is\s+not\s+null\b|is\s+null\b)`;
const text = `'(?:[^']|'')*'|"[^"]*"`;
const value = String.raw`(${text}|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\(\s*(?:${text})(?:\s*,\s*(?:${text}))*\s*,?\s*\))?`;
const clausePattern = new RegExp(String.raw`\s*${identifier}\s*${comparator}\s*${value}\s*(and\b|$)`, 'iy');
const textPattern = new RegExp(text, 'g');

export function readFilter(filterText: string | undefined, searchable: Searchable): readonly Clause[] {
  const filter = (filterText ?? '').trim();
  if (filter.length > limits.filterCharacters)
    throw invalid(`the filter is longer than ${limits.filterCharacters} characters`);
  const clauses: Clause[] = [];
  for (let at = 0; at < filter.length; ) {
    clausePattern.lastIndex = at;
    const match = clausePattern.exec(filter);
    // After an AND there is another clause.
    if (match === null || (match[5] !== '' && clausePattern.lastIndex === filter.length))
      throw unreadable(filter.slice(at));
    clauses.push(clauseOf(match, searchable));
    if (clauses.length > limits.clausesPerFilter)
      throw invalid(`the filter has more than ${limits.clausesPerFilter} clauses`);
    at = clausePattern.lastIndex;
  }
  return clauses;
}

function unreadable(rest: string) {
  return invalid(
    `Invalid clause(s) in filter string: '${rest.slice(0, 200)}'. Clauses have the form \`name = 'text'\` or ` +
      '`metrics.`name` > 0.5` and are joined by AND.',
  );
}

function clauseOf(
  [, scopeName, quotedKey = '', comparatorText = '', valueText]: RegExpExecArray,
  searchable: Searchable,
): Clause {
  const scope = scopeOf(scopeName, searchable.scopes);
  const key = unquote(quotedKey);
  const comparator = comparatorText.toUpperCase().replace(/\s+/g, ' ') as Comparator;
  const kind =
    scope === 'attribute' ? attributeOf(key, searchable.filter).kind : scope === 'metric' ? 'number' : 'text';
  allow(comparator, kind, { scope, key });
  return { scope, key, comparator, value: readValue(valueText, { comparator, kind, key }) };
}

const scopeNames: Readonly<Record<Scope, RegExp>> = {
  attribute: /^(?:attributes?|attr|run)$/,
  tag: /^tags?$/,
  param: /^(?:params?|parameters?)$/,
  metric: /^metrics?$/,
};

export function scopeOf(name: string | undefined, scopes: readonly Scope[]): Scope {
  const found = name === undefined ? 'attribute' : scopes.find((scope) => scopeNames[scope].test(name));
  if (found !== undefined) return found;
  throw invalid(`Invalid entity type '${name}'. Valid values are [${scopes.map((scope) => `'${scope}'`).join(', ')}]`);
}

export function attributeOf(key: string, attributes: Readonly<Record<string, Attribute>>): Attribute {
  const found = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(attributes).map((name) => `'${name}'`);
  throw invalid(`Invalid attribute key '${key.slice(0, 100)}' specified. Valid keys are '{${names.join(', ')}}'`);
}

const comparatorsOf: Readonly<Record<Attribute['kind'], readonly Comparator[]>> = {
  text: ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'],
  number: ['=', '!=', '<', '<=', '>', '>='],
  'numeric-text': ['=', '!=', 'IN', 'NOT IN'],
};
const noteComparators: readonly Comparator[] = ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL'];

function allow(comparator: Comparator, kind: Attribute['kind'], { scope, key }: Pick<Clause, 'scope' | 'key'>): void {
  const allowed = scope === 'tag' || scope === 'param' ? noteComparators : comparatorsOf[kind];
  if (allowed.includes(comparator)) return;
  throw invalid(
    `Invalid comparator for ${scope} \`${key.slice(0, 100)}\`: ${comparator}; use one of ${allowed.join(', ')}`,
  );
}

type Expected = { readonly comparator: Comparator; readonly kind: Attribute['kind']; readonly key: string };

function readValue(valueText: string | undefined, { comparator, kind, key }: Expected): Clause['value'] {
  const isQuoted = valueText !== undefined && /^['"]/.test(valueText);
  if (comparator.startsWith('IS ')) {
    if (valueText !== undefined) throw unreadable(`${comparator} ${valueText}`);
    return undefined;
  }
  if (comparator.endsWith('IN')) {
    if (valueText?.startsWith('(')) return (valueText.match(textPattern) ?? []).map(unquote);
    throw invalid(`Expected a list of quoted string values for \`${key.slice(0, 100)}\``);
  }
  if (kind === 'number') {
    if (valueText !== undefined && /^[-\d]/.test(valueText)) return Number(valueText);
    throw invalid(
      `Expected numeric value type for numeric attribute: ${key.slice(0, 100)}. Found ${valueText ?? 'nothing'}`,
    );
  }
  if (isQuoted) return unquote(valueText);
  throw invalid(
    `Expected a quoted string value for \`${key.slice(0, 100)}\` (e.g. 'my-value'). Got value ${valueText ?? 'nothing'}`,
  );
}

function unquote(quoted: string): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1).replaceAll("''", "'");
  return /^[`"]/.test(quoted) ? quoted.slice(1, -1) : quoted;
}

const promptTag = 'mlflow.prompt.is_prompt';

/** Prompts are models with a tag. A search finds either them or models, and models unless it asks for prompts. */
export function splitPrompts(clauses: readonly Clause[]): {
  readonly clauses: readonly Clause[];
  readonly prompts: 'in' | 'out';
} {
  const asked = clauses.find(({ scope, key }) => scope === 'tag' && key === promptTag);
  const isAsked =
    asked?.comparator === '=' ? asked.value === 'true' : asked?.comparator === '!=' && asked.value === 'false';
  if (isAsked) return { clauses, prompts: 'in' };
  return { clauses: clauses.filter(({ scope, key }) => scope !== 'tag' || key !== promptTag), prompts: 'out' };
}
