import type { Result } from '@modelward/basics';
import type { Action, AuthzenEvaluation } from '@modelward/contract';
import type { PolicyAnswer, PolicyEngine, PolicyQuestion } from '@modelward/policy';
import { createWeigh, denied } from '../decide/decide.ts';
import { tellingActions } from '../decide/discover.ts';
import { type Asking, findSubject } from '../decide/judge.ts';
import type { AccessDecision, AccessQuestion, ResourceRef } from '../decide/question.ts';
import { type FactSource, linksAt } from '../facts/facts.ts';
import { limits } from '../limits.ts';
import { evaluationOf } from './evaluations.ts';

/** One decision for each evaluation, in order; or why there is none. */
export type RemoteAnswer = Result<readonly boolean[], 'engine-timeout' | 'engine-unreachable' | 'engine-malformed'>;

/** Another decision point over AuthZEN. It never throws for what the other side does. */
export type RemoteEngine = (evaluations: readonly AuthzenEvaluation[]) => Promise<RemoteAnswer>;

type Deps = {
  readonly facts: FactSource;
  /** Only its guardrails count. */
  readonly engine: PolicyEngine;
  readonly remote: RemoteEngine;
  readonly nowMs: () => number;
};

/**
 * The decision point, where another program decides. INVARIANT: it can only allow what no guardrail of ours forbids; without
 * its answer the answer is no; and it is asked as often about what is not there as about what is.
 */
export function createRemoteDecide({ facts: source, engine, remote, nowMs }: Deps) {
  return async (question: AccessQuestion): Promise<AccessDecision> => {
    if (question.asked.length === 0) return denied('nothing-asked', engine);
    if (question.asked.length > limits.asked) return denied('too-much-asked', engine);
    const atMs = nowMs();
    if (source.isCutOff(atMs)) return denied('facts-stale', engine);
    const facts = await source.read(question, atMs);
    const asking: Asking = { question, facts, links: linksAt(facts, facts.nowMs) };
    const needed = question.asked.flatMap(({ action, resource }) => neededFor(action, resource));
    const evaluations = needed.map(({ action, resource }) =>
      evaluationOf(asking, { action, resource, subject: resource && findSubject(resource, facts) }),
    );
    const answer = await remote(evaluations);
    if (!answer.ok) return denied(answer.reason, engine);
    if (answer.value.length !== evaluations.length) return denied('engine-malformed', engine);
    const allowed = evaluations.filter((_, at) => answer.value[at] === true);
    const keys = new Set(allowed.map(({ action, resource }) => keyOf(action.name, resource)));
    return createWeigh(guarded(engine, keys), 'unavailable')(question, facts);
  };
}

type Needed = { readonly action: Action; readonly resource: ResourceRef | undefined };

/** With what lets its existence be known, in the same request: a second one would tell that the first was refused. */
function neededFor(action: Action, resource: ResourceRef | undefined): readonly Needed[] {
  const signs = resource === undefined ? [] : tellingActions(action, resource.type);
  return [action, ...signs].map((one) => ({ action: one, resource }));
}

/** Our guardrails, and beneath them the other's answers. */
function guarded(engine: PolicyEngine, allowed: ReadonlySet<string>): PolicyEngine {
  const decide = (question: PolicyQuestion): PolicyAnswer => {
    const own = engine.decide(question);
    // A refusal with a reason is a guardrail, or a question that does not fit the schema; one without is a permit that is missing.
    if (!own.allowed && own.reasons.length > 0) return own;
    return allowed.has(keyOf(question.action, question.resource))
      ? { allowed: true, reasons: ['authzen-engine'], errors: own.errors }
      : { allowed: false, reasons: [], errors: own.errors };
  };
  return { bundle: engine.bundle, decide };
}

function keyOf(action: string, { type, id }: { readonly type: string; readonly id: string }): string {
  return `${action} ${type} ${id}`;
}
