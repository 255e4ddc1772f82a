import type { PolicyEngine } from '@modelward/policy';
import { type FactSource, linksAt } from '../facts/facts.ts';
import { limits } from '../limits.ts';
import { createJudge, findSubject } from './judge.ts';
import { principalFlaw } from './principal-flaw.ts';
import type { AccessQuestion } from './question.ts';

type Deps = { readonly facts: FactSource; readonly engine: PolicyEngine; readonly nowMs: () => number };

/**
 * The same yes or no as the decision point's, without its reasons and without looking for what would help: for the rows of
 * a list, and where a service decides again what the gateway has decided and recorded.
 */
export function createAllows({ facts: source, engine, nowMs }: Deps) {
  const judge = createJudge(engine);
  return async (question: AccessQuestion): Promise<boolean> => {
    const atMs = nowMs();
    if (question.asked.length === 0 || question.asked.length > limits.asked || source.isCutOff(atMs)) return false;
    const facts = source.remember(question, atMs) ?? (await source.read(question, atMs));
    if (principalFlaw(question, facts) !== undefined) return false;
    const asking = { question, facts, links: linksAt(facts, facts.nowMs) };
    return question.asked.every(({ action, resource }) => {
      const subject = resource && findSubject(resource, facts);
      return subject !== undefined && judge(asking, action, subject).allowed;
    });
  };
}
