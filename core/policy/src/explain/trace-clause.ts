import { compileExpression } from '../compile/compile-expression.ts';
import type { Environment } from '../compile/environment.ts';
import { type Expression, partsOf } from '../est/expression.ts';
import type { Clause } from '../est/policy-tree.ts';
import { describeValue } from '../values/describe-value.ts';
import { Failure, type Outcome } from '../values/value.ts';
import type { ClauseTrace, PartTrace, SeenValue } from './explanation.ts';
import { printExpression } from './print-expression.ts';
import { type ClauseSource, partSources } from './source-text.ts';

/** A clause evaluated once more, with an eye on everything in it. */
export function traceClause(
  { kind, body }: Clause,
  source: ClauseSource | undefined,
  environment: Environment,
): ClauseTrace {
  const seen = new Map<Expression, Outcome>();
  compileExpression(body, (expression, outcome) => seen.set(expression, outcome))(environment);
  const came = cameTo(seen.get(body));
  const wanted = kind === 'when' ? 'true' : 'false';
  return {
    ...unreached({ kind, body }, source),
    outcome: came === 'error' ? 'error' : came === wanted ? 'met' : 'not-met',
    parts: tracesOf(body, source, seen),
  };
}

/** What stands after the first clause that settled it: not evaluated, and so not in error either. */
export function unreached({ kind, body }: Clause, source: ClauseSource | undefined): ClauseTrace {
  const text = source?.text ?? printExpression(body);
  const parts = tracesOf(body, source, new Map());
  return { kind, text, ...(source && { line: source.line }), outcome: 'not-reached', parts };
}

type Seen = ReadonlyMap<Expression, Outcome>;

function tracesOf(body: Expression, source: ClauseSource | undefined, seen: Seen): readonly PartTrace[] {
  const parts = body.kind === 'and' || body.kind === 'or' ? body.parts : [body];
  const texts = source === undefined ? parts.map(printExpression) : partSources(source.text, body);
  return parts.map((part, at) => tracePart(part, texts[at] ?? printExpression(part), seen));
}

function tracePart(part: Expression, text: string, seen: Seen): PartTrace {
  const outcome = seen.get(part);
  const message = outcome instanceof Failure ? { message: outcome.message } : {};
  return { text, came: cameTo(outcome), ...message, values: valuesIn(part, seen) };
}

function cameTo(outcome: Outcome | undefined): PartTrace['came'] {
  if (outcome === undefined) return 'not-reached';
  // A condition that comes to no boolean is in error, whatever it came to.
  return typeof outcome === 'boolean' ? `${outcome}` : 'error';
}

/** Everything that was read of the request and the store, as far down as it was read in one go: `resource.owner`, not `resource`. */
function valuesIn(expression: Expression, seen: Seen): readonly SeenValue[] {
  const found = new Map<string, string>();
  const look = (part: Expression): void => {
    const outcome = seen.get(part);
    if (outcome === undefined) return;
    if (isPath(part) && !(outcome instanceof Failure)) found.set(printExpression(part), describeValue(outcome));
    else for (const inner of partsOf(part)) look(inner);
  };
  look(expression);
  return [...found].map(([text, value]) => ({ text, value }));
}

function isPath(expression: Expression): boolean {
  if (expression.kind === 'variable') return true;
  if (expression.kind === 'attribute') return isPath(expression.of);
  return expression.kind === 'binary' && expression.operator === 'getTag' && isPath(expression.left);
}
