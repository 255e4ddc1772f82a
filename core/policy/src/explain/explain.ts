import type { Environment } from '../compile/environment.ts';
import { hasBit } from '../decide/bits.ts';
import { type DecisionFacts, type DecisionRequest, decide, environmentOf } from '../decide/decide.ts';
import type { Link } from '../decide/link-index.ts';
import type { PolicySet, Rule } from '../decide/policy-set.ts';
import { limits } from '../limits.ts';
import { EntityNode } from '../values/value.ts';
import type { ClauseTrace, Explanation, PolicyTrace } from './explanation.ts';
import { clauseSources } from './source-text.ts';
import { traceClause, unreached } from './trace-clause.ts';
import { type Filled, traceScopes } from './trace-scope.ts';

/**
 * Decides, and looks again at every policy that can apply to such a request and at every link of the principal: which clause
 * was met, which was not, which went wrong, and over what values. Takes a thousand times as long as a decision; what nobody
 * asks for costs nothing.
 */
export function explain(policies: PolicySet, request: DecisionRequest, facts: DecisionFacts): Explanation {
  const verdict = decide(policies, request, facts);
  const { environment, partition } = environmentOf(policies, request, facts.entities);
  if (partition === undefined) return { ...verdict, policies: [] };
  const candidates = policies.rules.filter(({ at }) => hasBit(partition.policies, at));
  const statics = candidates.filter(({ slots }) => slots === undefined);
  const links = facts.links?.ofPrincipal(environment.principal, limits.explainedLinks) ?? [];
  return {
    ...verdict,
    policies: [
      ...statics.map((rule) => traceRule(rule, {}, environment)),
      ...links.flatMap((link) => traceLink(link, policies.templates.get(link.template), candidates, environment)),
    ],
  };
}

function traceLink(
  link: Link,
  rule: Rule | undefined,
  candidates: readonly Rule[],
  environment: Environment,
): readonly PolicyTrace[] {
  if (rule === undefined || !candidates.includes(rule)) return [];
  const filled = { ...named('principal', link), ...named('resource', link) };
  return [{ ...traceRule(rule, filled, environment), policy: link.id, template: rule.id }];
}

function named(slot: 'principal' | 'resource', link: Link): Filled {
  const name = link[slot];
  return name === undefined ? {} : { [slot]: new EntityNode(name.type, name.id) };
}

function traceRule({ id, tree, text }: Rule, filled: Filled, environment: Environment): PolicyTrace {
  const scopes = traceScopes(tree, filled, environment);
  const sources = text === undefined ? [] : clauseSources(text);
  const clauses: ClauseTrace[] = [];
  let settled = scopes.some(({ outcome }) => outcome !== 'met');
  for (const [at, clause] of tree.clauses.entries()) {
    const trace = settled ? unreached(clause, sources[at]) : traceClause(clause, sources[at], environment);
    clauses.push(trace);
    settled ||= trace.outcome !== 'met';
  }
  return {
    policy: id,
    effect: tree.effect,
    outcome: outcomeOf([...scopes, ...clauses]),
    clauses: [...scopes, ...clauses],
  };
}

function outcomeOf(clauses: readonly ClauseTrace[]): PolicyTrace['outcome'] {
  if (clauses.some(({ outcome }) => outcome === 'error')) return 'error';
  return clauses.every(({ outcome }) => outcome === 'met') ? 'applies' : 'does-not-apply';
}
