import { type PolicyJson, policySetTextToParts } from '@cedar-policy/cedar-wasm/nodejs';
import { ok, type Result, refused } from '@modelward/basics';
import type { BundleFile, BundleFlaw } from './bundle.ts';
import { flawOf } from './cedar-errors.ts';
import { type PolicyPart, parsePolicy, splitPolicies } from './est/policy-text.ts';
import type { PolicyTree } from './est/policy-tree.ts';
import { nestingFlaw } from './nesting-flaw.ts';
import { lineAt } from './source-lines.ts';

/** One policy or template of a file, before anybody has looked at what it says. */
export type PolicySource = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly json: PolicyJson;
  /** What it is compiled from, or everything in it that the engine does not know. */
  readonly tree: Result<PolicyTree, readonly string[]>;
  readonly annotations: Readonly<Record<string, string>>;
};

export function readPolicyFile({ path, text }: BundleFile): Result<readonly PolicySource[], readonly BundleFlaw[]> {
  const deep = nestingFlaw({ path, text });
  if (deep !== undefined) return refused([deep]);
  const parsed = policySetTextToParts(text);
  if (parsed.type === 'failure') {
    return refused(parsed.errors.map((error) => flawOf(error, { file: path, text, line: 1 })));
  }
  // Cedar hands out the parts sorted by ids of its own and without their places, so the text is taken apart here.
  const parts = splitPolicies(text);
  if (parts.length !== parsed.policies.length + parsed.policy_templates.length) {
    throw new Error(`\`${path}\` has ${parts.length} policies by our reading and not by Cedar's`);
  }
  return ok(parts.map((part) => readPart(part, { path, text })));
}

function readPart(part: PolicyPart, { path, text }: BundleFile): PolicySource {
  const { json, tree } = parsePolicy(part);
  const line = lineAt(text, part.start);
  return { file: path, line, text: part.text, json, tree, annotations: json.annotations ?? {} };
}
