import { type PolicyJson, policySetTextToParts, policyToJson, templateToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ok, type Result, refused } from '@modelward/basics';
import type { BundleFile, BundleFlaw } from './bundle.ts';
import { flawOf } from './cedar-errors.ts';
import { lineAt } from './source-lines.ts';

/** One policy or template of a file, before anybody has looked at what it says. */
export type PolicySource = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly json: PolicyJson;
  readonly annotations: Readonly<Record<string, string>>;
};

export function readPolicyFile({ path, text }: BundleFile): Result<readonly PolicySource[], readonly BundleFlaw[]> {
  const parts = policySetTextToParts(text);
  if (parts.type === 'failure') {
    return refused(parts.errors.map((error) => flawOf(error, { file: path, text, line: 1 })));
  }
  const lineOf = lineFinder(text);
  const read = (part: string, answer: ReturnType<typeof policyToJson>): PolicySource => {
    // It was parsed a moment ago, so that a failure now is the parser's fault and no flaw of the file.
    if (answer.type === 'failure') throw new Error(`\`${path}\` parses and has no JSON form`);
    const { json } = answer;
    return { file: path, line: lineOf(part), text: part, json, annotations: json.annotations ?? {} };
  };
  const statics = parts.policies.map((part) => read(part, policyToJson(part)));
  const templates = parts.policy_templates.map((part) => read(part, templateToJson(part)));
  return ok([...statics, ...templates].sort((a, b) => a.line - b.line));
}

/** Cedar hands out the parts without their places, sorted by ids of its own; each is a slice of the text. */
function lineFinder(text: string): (part: string) => number {
  const searchFrom = new Map<string, number>();
  return (part) => {
    const at = text.indexOf(part, searchFrom.get(part) ?? 0);
    if (at < 0) return 1;
    searchFrom.set(part, at + part.length);
    return lineAt(text, at);
  };
}
