import type { Expression } from '../est/expression.ts';
import { type Token, tokensOf } from '../est/tokens.ts';
import { printExpression } from './print-expression.ts';

/** A clause as it is written, without its braces. `line` counts from 1 in the policy's own text. */
export type ClauseSource = { readonly text: string; readonly line: number };

const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);

/** The bodies of all `when` and `unless` of a policy, in their order. */
export function clauseSources(policy: string): readonly ClauseSource[] {
  const clauses: ClauseSource[] = [];
  let depth = 0;
  let body: { readonly start: number } | undefined;
  let before: Token | undefined;
  for (const token of tokensOf(policy)) {
    const isClause = token.text === '{' && depth === 0 && (before?.text === 'when' || before?.text === 'unless');
    if (opening.has(token.text)) depth += 1;
    if (closing.has(token.text)) depth -= 1;
    if (isClause) body = { start: token.end };
    else if (body !== undefined && depth === 0) {
      clauses.push(clauseFrom(policy, body.start, token.start));
      body = undefined;
    }
    before = token;
  }
  return clauses;
}

function clauseFrom(policy: string, start: number, end: number): ClauseSource {
  const text = policy.slice(start, end);
  const line = policy.slice(0, start + (text.length - text.trimStart().length)).split('\n').length;
  return { text: text.trim(), line };
}

/** The parts of an `&&` or `||` as they are written; where the text does not fall apart as the expression does, as they would be. */
export function partSources(text: string, expression: Expression): readonly string[] {
  const parts = expression.kind === 'and' || expression.kind === 'or' ? expression.parts : [expression];
  const sign = expression.kind === 'or' ? '||' : '&&';
  const pieces = parts.length === 1 ? [text] : split(text, sign);
  return pieces.length === parts.length ? pieces : parts.map(printExpression);
}

/** Brackets around the whole, or around a piece that is itself such a chain, mean nothing here. */
function split(text: string, sign: '&&' | '||'): readonly string[] {
  const inner = unwrapped(text);
  const tokens = tokensOf(inner);
  if (tokens[0]?.text === 'if') return [text];
  const cuts: Token[] = [];
  let depth = 0;
  for (const token of tokens) {
    if (opening.has(token.text)) depth += 1;
    if (closing.has(token.text)) depth -= 1;
    // Below an `||` there is no chain of `&&` to take apart.
    if (depth === 0 && sign === '&&' && token.text === '||') return [text];
    if (depth === 0 && token.text === sign) cuts.push(token);
  }
  if (cuts.length === 0) return [text];
  const starts = [0, ...cuts.map(({ end }) => end)];
  const ends = [...cuts.map(({ start }) => start), inner.length];
  return starts.flatMap((start, at) => split(inner.slice(start, ends[at]).trim(), sign));
}

function unwrapped(text: string): string {
  const tokens = tokensOf(text);
  if (tokens[0]?.text !== '(') return text;
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (opening.has(token.text)) depth += 1;
    if (closing.has(token.text)) depth -= 1;
    if (depth > 0) continue;
    return at === tokens.length - 1 ? unwrapped(text.slice(tokens[0].end, token.start).trim()) : text;
  }
  return text;
}
