import type { EntityRef, PolicyAnswer, PolicyEngine } from '@modelward/policy';
import { slicesOf } from './slices.ts';
import type { NamedContext, PolicySuite, PolicyTest } from './suite.ts';

/** One case that did not turn out as its test says. */
export type FailedCase = {
  readonly file: string;
  readonly line: number;
  readonly test: string;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: string;
  readonly message: string;
};

export type TestRun = { readonly tests: number; readonly cases: number; readonly failed: readonly FailedCase[] };

/** Decides every case of every test. A question that the schema does not take is a failure, whatever was expected. */
export function runSuites(suites: readonly PolicySuite[], engine: PolicyEngine): TestRun {
  const runs = suites.flatMap((suite) => suite.tests.map((test) => runTest(test, { suite, engine })));
  return {
    tests: runs.length,
    cases: runs.reduce((sum, { cases }) => sum + cases, 0),
    failed: runs.flatMap(({ failed }) => failed),
  };
}

type In = { readonly suite: PolicySuite; readonly engine: PolicyEngine };

function runTest(test: PolicyTest, { suite, engine }: In): { cases: number; failed: readonly FailedCase[] } {
  const cases = casesOf(test);
  const slice = slicesOf(suite.entities);
  const failed = cases.flatMap(({ principal, action, resource, context }): readonly FailedCase[] => {
    const entities = slice([principal, resource]);
    const question = { principal, action, resource, context: context.context, entities, links: test.links };
    const message = complaint(engine.decide(question), test);
    if (message === undefined) return [];
    const place = { file: suite.file, line: test.line, test: test.name };
    return [{ ...place, principal: principal.id, action, resource: resource.id, context: context.name, message }];
  });
  return { cases: cases.length, failed };
}

type Case = {
  readonly principal: EntityRef;
  readonly action: string;
  readonly resource: EntityRef;
  readonly context: NamedContext;
};

function casesOf({ principals, actions, resources, contexts }: PolicyTest): readonly Case[] {
  return principals.flatMap((principal) =>
    actions.flatMap((action) =>
      resources.flatMap((resource) => contexts.map((context) => ({ principal, action, resource, context }))),
    ),
  );
}

function complaint({ allowed, reasons, errors }: PolicyAnswer, test: PolicyTest): string | undefined {
  if (errors.length > 0) return `it cannot be decided: ${errors.join('; ')}`;
  const because = reasonNames(reasons);
  const by = because.length === 0 ? 'nothing permits it' : `because of ${because.join(', ')}`;
  if (allowed !== test.allowed) return `expected ${word(test.allowed)}, got ${word(allowed)}: ${by}`;
  if (test.because === undefined || test.because.join() === because.join()) return undefined;
  return `${word(allowed)} as expected, but not because of ${test.because.join(', ') || 'nothing'}: ${by}`;
}

function word(allowed: boolean): string {
  return allowed ? 'allow' : 'deny';
}

/** Of a role its name alone: which link gave it is the test's own making. */
function reasonNames(reasons: readonly string[]): readonly string[] {
  return [...new Set(reasons.map((reason) => reason.split(':')[0] ?? reason))].sort();
}
