import type { PolicyEngine } from '@modelward/policy';
import { isDiscoverable } from './discover.ts';
import type { FactStore } from './fact-store.ts';
import { type Facts, loadFacts } from './facts.ts';
import { type Asking, createJudge, findSubject } from './judge.ts';
import type { AccessDecision, AccessQuestion, ReasonCode } from './question.ts';
import { findRemedies, type Refused } from './remedies.ts';

type Deps = { readonly store: FactStore; readonly engine: PolicyEngine; readonly nowMs: () => number };

const mostAsked = 256;

/** The policy decision point. Whatever it cannot find, place or understand, it denies. */
export function createDecide({ store, engine, nowMs }: Deps) {
  const judge = createJudge(engine);
  const bundle = engine.bundle.digest;
  const denied = (reason: ReasonCode): AccessDecision => ({
    allowed: false,
    discoverable: false,
    reasons: [reason],
    errors: [],
    bundle,
    remedies: [],
  });

  return async (question: AccessQuestion): Promise<AccessDecision> => {
    if (question.asked.length === 0) return denied('nothing-asked');
    if (question.asked.length > mostAsked) return denied('too-much-asked');
    const facts = await loadFacts(question, store, nowMs());
    const flaw = principalFlaw(question, facts);
    if (flaw !== undefined) return denied(flaw);

    const asking: Asking = { question, facts, links: facts.links };
    const judged: Refused[] = [];
    for (const { action, resource } of question.asked) {
      const subject = findSubject(resource, facts);
      if (subject === undefined) return { ...denied('resource-unknown'), refusedAction: action };
      judged.push({ action, subject, judgement: judge(asking, action, subject) });
    }
    const errors = distinct(judged.flatMap(({ judgement }) => judgement.errors));
    const refusals = judged.filter(({ judgement }) => !judgement.allowed);
    const [first] = refusals;
    if (first === undefined) {
      const reasons = distinct(judged.flatMap(({ judgement }) => judgement.reasons));
      return { allowed: true, discoverable: true, reasons, errors, bundle, remedies: [] };
    }
    const discoverable = refusals.every((refusal) => isDiscoverable(judge, asking, refusal));
    return {
      allowed: false,
      discoverable,
      refusedAction: first.action,
      reasons: first.judgement.reasons,
      errors,
      bundle,
      remedies: discoverable ? findRemedies(refusals, asking, { judge, roles: engine.bundle.roles }) : [],
    };
  };
}

function principalFlaw({ principal }: AccessQuestion, facts: Facts): ReasonCode | undefined {
  const account = facts.accounts.get(principal.id);
  if (account === undefined || account.kind !== principal.kind) return 'account-unknown';
  switch (account.state) {
    case 'active':
      return undefined;
    case 'invited':
      return 'account-invited';
    case 'suspended':
      return 'account-suspended';
  }
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
