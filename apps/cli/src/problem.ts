import type { ApiError, ApiRemedy } from '@modelward/contract';
import { moment } from './table.ts';

/** Something that a person is told plainly: what happened and why, and what to do next. `2` is a command used wrongly. */
export class Problem extends Error {
  readonly next: string;
  readonly exitCode: 1 | 2;
  constructor(message: string, next: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.next = next;
    this.exitCode = exitCode;
  }
}

/** The server said no. */
export class Refused extends Problem {
  readonly error: ApiError;
  constructor(error: ApiError) {
    super(error.message, error.next);
    this.error = error;
  }
}

export function describeProblem(problem: Problem): readonly string[] {
  const lines = [`modelward: ${problem.message}`, `  next: ${problem.next}`];
  if (!(problem instanceof Refused)) return lines;
  const { code, requestId, remedies = [] } = problem.error;
  return [
    ...lines,
    ...remedies.map((remedy) => `  would help: ${describeRemedy(remedy)}`),
    `  (${code}, request ${requestId})`,
  ];
}

function describeRemedy(remedy: ApiRemedy): string {
  switch (remedy.kind) {
    case 'role':
      return `the role \`${remedy.role}\` on ${remedy.scope.type.toLowerCase()} \`${remedy.scope.name}\``;
    case 'token-scope':
      return `a token whose scopes include \`${remedy.scope}\``;
    case 'sign-in':
      return 'signing in, where a token is not enough';
    case 'step-up':
      return remedy.phishingResistant
        ? 'signing in anew with a passkey: `npx modelward step-up`'
        : `signing in anew, at level ${remedy.level}`;
    case 'device':
      return remedy.need === 'managed' ? 'a managed device' : 'an enrolled device';
    case 'approval':
      return `the approval of ${remedy.people} ${remedy.people === 1 ? 'person' : 'people'}`;
    case 'time':
      return `waiting until ${moment(remedy.fromMs)}`;
  }
}
