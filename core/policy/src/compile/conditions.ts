import type { Clause } from '../est/policy-tree.ts';
import { Failure, type Outcome } from '../values/value.ts';
import { compileExpression, type Observe } from './compile-expression.ts';
import type { Environment, Evaluate } from './environment.ts';
import { typeError } from './operators.ts';

/** The conditions of a policy as one question: are all of them met? */
export type Conditions = (environment: Environment) => boolean | Failure;

/** In their order, and none after the first that is not met: what comes later cannot err then. */
export function compileConditions(clauses: readonly Clause[], observe?: Observe): Conditions {
  const tests = clauses.flatMap((clause) => compileClause(clause, observe));
  return (environment) => {
    for (const test of tests) {
      const met = test(environment);
      if (met !== true) return met === false ? false : notBoolean(met);
    }
    return true;
  };
}

function compileClause({ kind, body }: Clause, observe: Observe | undefined): readonly Evaluate[] {
  if (kind === 'when') {
    const parts = body.kind === 'and' && observe === undefined ? body.parts : [body];
    return parts.map((part) => compileExpression(part, observe));
  }
  const evaluate = compileExpression(body, observe);
  return [
    (environment) => {
      const met = evaluate(environment);
      return typeof met === 'boolean' ? !met : met;
    },
  ];
}

function notBoolean(outcome: Outcome): Failure {
  return outcome instanceof Failure ? outcome : typeError('bool', outcome);
}
