import { type Expression, partsOf, type Variable } from '../est/expression.ts';
import type { Clause } from '../est/policy-tree.ts';
import { Failure, type Outcome } from '../values/value.ts';
import { compileExpression, type Observe } from './compile-expression.ts';
import type { Environment, Evaluate } from './environment.ts';
import { typeError } from './operators.ts';

/** Conditions as one question: are all of them met? */
export type Ask = (environment: Environment) => boolean | Failure;

/**
 * The conditions of a policy, to be asked in this order, and none after the first that is not met: what comes later cannot
 * err then. What is asked first of the principal alone, and then of the resource alone, comes out the same for each of their
 * requests, so that it need not be asked again.
 */
export type Conditions = {
  readonly ofPrincipal: Ask | undefined;
  readonly ofResource: Ask | undefined;
  readonly rest: Ask;
};

/** What must come out for the policy to apply: true of a `when`, false of an `unless`. */
type Test = { readonly body: Expression; readonly wanted: boolean };

export function compileConditions(clauses: readonly Clause[], observe?: Observe): Conditions {
  // Observed, an `&&` is an expression like any other, and everything is asked each time.
  if (observe !== undefined) {
    const tests = clauses.map(({ kind, body }) => ({ body, wanted: kind === 'when' }));
    return { ofPrincipal: undefined, ofResource: undefined, rest: compileTests(tests, observe) };
  }
  const tests = clauses.flatMap(testsOf);
  const principals = countLeading(tests, 'principal');
  const resources = countLeading(tests.slice(principals), 'resource');
  return {
    ofPrincipal: principals === 0 ? undefined : compileTests(tests.slice(0, principals)),
    ofResource: resources === 0 ? undefined : compileTests(tests.slice(principals, principals + resources)),
    rest: compileTests(tests.slice(principals + resources)),
  };
}

function testsOf({ kind, body }: Clause): readonly Test[] {
  if (kind === 'unless') return [{ body, wanted: false }];
  return (body.kind === 'and' ? body.parts : [body]).map((part) => ({ body: part, wanted: true }));
}

/** How many at the beginning read nothing of a request but this. Entities that they reach from it are in the store, which does not change. */
function countLeading(tests: readonly Test[], variable: Variable): number {
  const other = tests.findIndex(({ body }) => !readsOnly(body, variable));
  return other < 0 ? tests.length : other;
}

function readsOnly(expression: Expression, variable: Variable): boolean {
  if (expression.kind === 'variable') return expression.name === variable;
  return partsOf(expression).every((part) => readsOnly(part, variable));
}

function compileTests(tests: readonly Test[], observe?: Observe): Ask {
  return tests.reduceRight<Ask>((rest, { body, wanted }) => {
    const evaluate = compileExpression(body, observe);
    return rest === always ? last(evaluate, wanted) : before(evaluate, wanted, rest);
  }, always);
}

const always: Ask = () => true;

function last(evaluate: Evaluate, wanted: boolean): Ask {
  return (environment) => {
    const outcome = evaluate(environment);
    return outcome === wanted || notMet(outcome);
  };
}

function before(evaluate: Evaluate, wanted: boolean, rest: Ask): Ask {
  return (environment) => {
    const outcome = evaluate(environment);
    return outcome === wanted ? rest(environment) : notMet(outcome);
  };
}

function notMet(outcome: Outcome): false | Failure {
  if (typeof outcome === 'boolean') return false;
  return outcome instanceof Failure ? outcome : typeError('bool', outcome);
}
