import { type PolicyJson, policyToJson, templateToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { type Result, refused } from '@modelward/basics';
import { exactIntegers } from './exact-integers.ts';
import { tooDeepAt } from './nesting.ts';
import type { PolicyTree } from './policy-tree.ts';
import { readPolicy } from './read-policy.ts';
import { type Token, tokensOf } from './tokens.ts';

/** One policy or template of a text. */
export type PolicyPart = { readonly text: string; readonly start: number; readonly isTemplate: boolean };

/** The policies of a text that Cedar's parser has accepted, in their order. Comments between them belong to none. */
export function splitPolicies(text: string): readonly PolicyPart[] {
  const parts: PolicyPart[] = [];
  let tokens: Token[] = [];
  for (const token of tokensOf(text)) {
    tokens.push(token);
    // A semicolon ends a policy and stands nowhere else but in strings, which are one token.
    if (token.text !== ';') continue;
    const start = tokens[0]?.start ?? token.start;
    parts.push({
      text: text.slice(start, token.end),
      start,
      isTemplate: tokens.some(({ text: sign }) => sign === '?'),
    });
    tokens = [];
  }
  return parts;
}

/** The JSON form of one policy, and the tree that it is compiled from, or all that this engine does not know in it. */
export function parsePolicy({ text, isTemplate }: PolicyPart): {
  readonly json: PolicyJson;
  readonly tree: Result<PolicyTree, readonly string[]>;
} {
  const integers = exactIntegers(text);
  const answer = isTemplate ? templateToJson(integers.text) : policyToJson(integers.text);
  // It was parsed before, so that a failure now is the parser's fault and no flaw of the text.
  if (answer.type === 'failure') throw new Error(`a policy parses and has no JSON form: ${answer.errors[0]?.message}`);
  return { json: answer.json, tree: readPolicy(answer.json, integers) };
}

/** One policy's tree. The text must be one that Cedar's parser accepts. */
export function readPolicyText(text: string): Result<PolicyTree, readonly string[]> {
  if (tooDeepAt(text) !== undefined) return refused(['the policy nests too deep']);
  const [part, ...more] = splitPolicies(text);
  return part === undefined || more.length > 0 ? refused(['a text that is not one policy']) : parsePolicy(part).tree;
}
