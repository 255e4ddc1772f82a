import { policySetTextToParts } from '@cedar-policy/cedar-wasm/nodejs';
import { ok, type Result, refused } from '@modelward/basics';
import { type DecisionFacts, type DecisionRequest, decide, type Verdict } from './decide/decide.ts';
import type { LinkIndex } from './decide/link-index.ts';
import {
  type BrokenForbids,
  compilePolicySet,
  type NamedPolicy,
  newLinks,
  type PolicySetOptions,
} from './decide/policy-set.ts';
import { buildEntities, type EntityFacts } from './entities/build-entities.ts';
import type { EntityStore } from './entities/entity-store.ts';
import { tooDeepAt } from './est/nesting.ts';
import { readPolicyText, splitPolicies } from './est/policy-text.ts';
import { explain } from './explain/explain.ts';
import type { Explanation } from './explain/explanation.ts';
import { readSchema } from './schema/read-schema.ts';
import { readRecord } from './values/read-value.ts';
import { entityKey, Failure, type RecordValue } from './values/value.ts';

type Name = { readonly type: string; readonly id: string };

/** Cedar policies, compiled: what is asked of them is read once into a store, links and contexts, and decided over these. */
export type CompiledPolicies = {
  /** With a schema every entity must fit it, implicit forms are read by it, and its actions need not be given. */
  readonly entities: (facts: readonly EntityFacts[]) => Result<EntityStore, string>;
  readonly context: (action: Name, json: unknown) => Result<RecordValue, string>;
  /** An empty index of links of these templates. */
  readonly links: () => LinkIndex;
  readonly decide: (request: DecisionRequest, facts: DecisionFacts) => Verdict;
  /** The same, with a trace of each policy that could have had a part in it. */
  readonly explain: (request: DecisionRequest, facts: DecisionFacts) => Explanation;
};

export function compilePolicies(policies: readonly NamedPolicy[], options: PolicySetOptions = {}): CompiledPolicies {
  const { schema } = options;
  const set = compilePolicySet(policies, options);
  return {
    entities: (facts) => buildEntities(facts, schema),
    context: (action, json) => {
      const value = readRecord(json, schema?.actions.get(entityKey(action.type, action.id))?.context);
      return value instanceof Failure ? refused(`context: ${value.message}`) : ok(value);
    },
    links: () => newLinks(set),
    decide: (request, facts) => decide(set, request, facts),
    explain: (request, facts) => explain(set, request, facts),
  };
}

type CedarText = {
  /** Named `policy0`, `policy1`, ... in their order, as Cedar's own tools do. */
  readonly policies: string;
  readonly schema?: string;
  readonly brokenForbids?: BrokenForbids;
};

/** The same from Cedar's text, which is not validated here; a bundle is. */
export function compileCedar({ policies, schema, ...options }: CedarText): Result<CompiledPolicies, string> {
  const types = schema === undefined ? ok(undefined) : readSchema(schema);
  if (!types.ok) return types;
  if (tooDeepAt(policies) !== undefined) return refused('the policies nest too deep');
  const parsed = policySetTextToParts(policies);
  if (parsed.type === 'failure') return refused(parsed.errors[0]?.message ?? 'the policies do not parse');
  const named: NamedPolicy[] = [];
  for (const [at, { text }] of splitPolicies(policies).entries()) {
    const tree = readPolicyText(text);
    if (!tree.ok) return refused(`policy${at}: ${tree.reason.join(', ')}`);
    named.push({ id: `policy${at}`, tree: tree.value, text });
  }
  return ok(compilePolicies(named, { ...options, ...(types.value && { schema: types.value }) }));
}
