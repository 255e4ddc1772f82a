import { formatPolicies } from '@cedar-policy/cedar-wasm/nodejs';
import { ok, type Result, refused } from '@modelward/basics';
import type { BundleFile, BundleFlaw } from './bundle.ts';
import { flawOf } from './cedar-errors.ts';
import { nestingFlaw } from './nesting-flaw.ts';

/** The text of a policy file in the one form that all have, with its comments. */
export function formatPolicyFile({ path, text }: BundleFile): Result<string, readonly BundleFlaw[]> {
  const deep = nestingFlaw({ path, text });
  if (deep !== undefined) return refused([deep]);
  const answer = formatPolicies({ policyText: text, lineWidth: 100, indentWidth: 2 });
  if (answer.type === 'failure') {
    return refused(answer.errors.map((error) => flawOf(error, { file: path, text, line: 1 })));
  }
  return ok(`${answer.formatted_policy.trimEnd()}\n`);
}
