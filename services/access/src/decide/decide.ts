import type { PolicyEngine } from '@modelward/policy';
import { type FactSource, type Facts, linksAt } from '../facts/facts.ts';
import { limits } from '../limits.ts';
import { findRemedies, type Judged } from '../remedies/remedies.ts';
import { isDiscoverable } from './discover.ts';
import { type Asking, createJudge, findSubject } from './judge.ts';
import { principalFlaw } from './principal-flaw.ts';
import type { AccessDecision, AccessQuestion, ReasonCode } from './question.ts';

type Deps = { readonly facts: FactSource; readonly engine: PolicyEngine; readonly nowMs: () => number };

/** The policy decision point. Whatever it cannot find, place or understand, it denies. */
export function createDecide({ facts, engine, nowMs }: Deps) {
  const weigh = createWeigh(engine);
  return async (question: AccessQuestion): Promise<AccessDecision> => {
    if (question.asked.length === 0) return denied('nothing-asked', engine);
    if (question.asked.length > limits.asked) return denied('too-much-asked', engine);
    const atMs = nowMs();
    if (facts.isCutOff(atMs)) return denied('facts-stale', engine);
    const remembered = facts.remember(question, atMs);
    const answer = remembered && weigh(question, remembered);
    // What may not be known of answers as what is not there, down to how often the store is read: always from the store.
    if (answer?.discoverable) return answer;
    return weigh(question, await facts.read(question, atMs));
  };
}

export type Weigh = (question: AccessQuestion, facts: Facts) => AccessDecision;

/** `unavailable`: what would help is not looked for, because the engine cannot be asked again. */
type Remedies = 'looked-for' | 'unavailable';

/** The answer that follows from the facts. */
export function createWeigh(engine: PolicyEngine, help: Remedies = 'looked-for'): Weigh {
  const judge = createJudge(engine);
  const bundle = engine.bundle.digest;
  return (question, facts) => {
    const flaw = principalFlaw(question, facts);
    if (flaw !== undefined) return denied(flaw, engine);
    const asking: Asking = { question, facts, links: linksAt(facts, facts.nowMs) };
    const judged: Judged[] = [];
    for (const { action, resource } of question.asked) {
      const subject = resource && findSubject(resource, facts);
      if (subject === undefined) return { ...denied('resource-unknown', engine), refusedAction: action };
      judged.push({ action, subject, judgement: judge(asking, action, subject) });
    }
    const errors = distinct(judged.flatMap(({ judgement }) => judgement.errors));
    const refusals = judged.filter(({ judgement }) => !judgement.allowed);
    const [first] = refusals;
    if (first === undefined) {
      const reasons = distinct(judged.flatMap(({ judgement }) => judgement.reasons));
      return { allowed: true, discoverable: true, reasons, errors, bundle, remedies: [], alternatives: [] };
    }
    const discoverable = refusals.every((refusal) => isDiscoverable(judge, asking, refusal));
    const isLookedFor = discoverable && help === 'looked-for';
    const found = isLookedFor ? findRemedies(judged, asking, { judge, roles: engine.bundle.roles }) : [];
    const [remedies = [], ...alternatives] = found;
    return {
      allowed: false,
      discoverable,
      refusedAction: first.action,
      reasons: first.judgement.reasons,
      errors,
      bundle,
      remedies,
      alternatives,
      ...(help === 'unavailable' && { remediesUnavailable: true }),
    };
  };
}

export function denied(reason: ReasonCode, { bundle }: PolicyEngine): AccessDecision {
  const nothing = { reasons: [reason], errors: [], remedies: [], alternatives: [] };
  return { allowed: false, discoverable: false, ...nothing, bundle: bundle.digest };
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
