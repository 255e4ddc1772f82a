import { validate } from '@cedar-policy/cedar-wasm/nodejs';
import { type CompiledPolicies, compileCedar, type DecisionFacts } from '@modelward/policy';
import type { Case } from '../suite.ts';

type Name = { readonly type: string; readonly id: string };

type CedarRequest = {
  readonly description: string;
  readonly principal: Name;
  readonly action: Name;
  readonly resource: Name;
  readonly context: unknown;
  readonly validateRequest?: boolean;
  readonly decision: string;
  readonly reason: readonly string[];
  readonly errors: readonly string[];
};

/** The form of the integration tests of Cedar. */
export type CedarTest = {
  readonly policies: string;
  readonly entities: string;
  readonly schema: string;
  readonly shouldValidate: boolean;
  readonly requests: readonly CedarRequest[];
};

export type TestFiles = { readonly policies: string; readonly schema: string; readonly entities: unknown };

/** Decision, reasons and errors of each request. That valid policies are valid is asked of Cedar's validator, which our bundles go through. */
export function* runTest(test: CedarTest, files: TestFiles): Generator<Case> {
  const requests = test.requests.map((request, at) => ({ ...request, name: `#${at} ${request.description}` }));
  const all = (problem: string) => requests.map(({ name }) => ({ name, problem }));
  const compiled = compileCedar({ ...files, brokenForbids: 'are-left-out' });
  if (!compiled.ok) return yield* all(`does not compile: ${compiled.reason}`);
  if (test.shouldValidate && !isValid(files)) return yield* all('does not validate');
  const entities = compiled.value.entities(entityFacts(files.entities));
  if (!entities.ok) return yield* all(`entities: ${entities.reason}`);
  for (const request of requests) {
    const problem = judge(request, compiled.value, { entities: entities.value });
    yield problem === undefined ? { name: request.name } : { name: request.name, problem };
  }
}

function isValid({ policies, schema }: TestFiles): boolean {
  const answer = validate({ schema, policies: { staticPolicies: policies } });
  return answer.type === 'success' && answer.validationErrors.length === 0;
}

type EntityJson = {
  readonly uid: Named;
  readonly attrs: unknown;
  readonly parents: readonly Named[];
  readonly tags?: unknown;
};
type Named = Name | { readonly __entity: Name };

function entityFacts(json: unknown) {
  const nameOf = (named: Named): Name => ('__entity' in named ? named.__entity : named);
  return (json as readonly EntityJson[]).map(({ uid, attrs, parents, ...more }) => ({
    uid: nameOf(uid),
    attributes: attrs,
    parents: parents.map(nameOf),
    ...more,
  }));
}

function judge(request: CedarRequest, policies: CompiledPolicies, facts: DecisionFacts): string | undefined {
  const context = policies.context(request.action, request.context);
  if (!context.ok) return context.reason;
  const { allowed, reasons, errors } = policies.decide({ ...request, context: context.value }, facts);
  const got = { decision: allowed ? 'allow' : 'deny', reason: reasons, errors: errors.map(({ policy }) => policy) };
  const [wanted, was] = [request, got].map(({ decision, reason, errors: failed }) =>
    [decision, [...reason].sort(), [...failed].sort()].map(String).join(' | '),
  );
  return was === wanted ? undefined : `wanted ${wanted}, got ${was}`;
}
