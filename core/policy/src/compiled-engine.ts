import { ok, type Result } from '@modelward/basics';
import type { Policy, PolicyBundle } from './bundle.ts';
import { type CompiledPolicies, compilePolicies } from './compiled-policies.ts';
import type { DecisionFacts, DecisionRequest, Verdict } from './decide/decide.ts';
import type { LinkIndex } from './decide/link-index.ts';
import type {
  Entity,
  PolicyAnswer,
  PolicyEngine,
  PolicyLink,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
} from './engine.ts';
import type { EntityFacts } from './entities/build-entities.ts';
import type { PolicyTrace } from './explain/explanation.ts';
import { Datetime } from './extensions/datetime.ts';

/** A policy's trace, with where the policy stands in its bundle. Lines of clauses count in that file. */
export type LocatedTrace = PolicyTrace & { readonly file: string; readonly line: number };

/** An answer with what led to it, clause by clause. */
export type ExplainedAnswer = PolicyAnswer & { readonly policies: readonly LocatedTrace[] };

export type ExplainingEngine = PolicyEngine & { readonly explain: (question: PolicyQuestion) => ExplainedAnswer };

/** Decides with the compiled form of the bundle's policies. */
export function createCompiledEngine(bundle: PolicyBundle): ExplainingEngine {
  const policies = compilePolicies(bundle.policies, { schema: bundle.types });

  const byId = new Map(bundle.policies.map((policy) => [policy.id, policy]));

  const read = (question: PolicyQuestion): Result<Read, string> => {
    const { principal, resource } = question;
    const action = { type: 'Action', id: question.action };
    const entities = policies.entities(question.entities.map(entityFacts));
    if (!entities.ok) return entities;
    const context = policies.context(action, recordJson(question.context));
    if (!context.ok) return context;
    const facts = { entities: entities.value, links: indexLinks(question.links, policies) };
    return ok({ request: { principal, action, resource, context: context.value }, facts });
  };

  const decide = (question: PolicyQuestion): PolicyAnswer => {
    const asked = read(question);
    return asked.ok ? answerOf(policies.decide(asked.value.request, asked.value.facts)) : invalid(asked.reason);
  };

  const explain = (question: PolicyQuestion): ExplainedAnswer => {
    const asked = read(question);
    if (!asked.ok) return { ...invalid(asked.reason), policies: [] };
    const explanation = policies.explain(asked.value.request, asked.value.facts);
    return { ...answerOf(explanation), policies: explanation.policies.flatMap((trace) => located(trace, byId)) };
  };

  return { bundle, decide, explain };
}

type Read = { readonly request: DecisionRequest; readonly facts: DecisionFacts };

function answerOf({ allowed, reasons, errors }: Verdict): PolicyAnswer {
  return {
    allowed,
    reasons: [...reasons].sort(),
    errors: errors.map(({ policy, message }) => `${policy}: ${message}`),
  };
}

function located(trace: PolicyTrace, policies: ReadonlyMap<string, Policy>): readonly LocatedTrace[] {
  const policy = policies.get(trace.template ?? trace.policy);
  if (policy === undefined) return [];
  const { file, line } = policy;
  const clauses = trace.clauses.map((clause) =>
    clause.line === undefined ? clause : { ...clause, line: line + clause.line - 1 },
  );
  return [{ ...trace, clauses, file, line }];
}

function invalid(message: string): PolicyAnswer {
  return { allowed: false, reasons: ['request-invalid'], errors: [message] };
}

/** A link is cited as `role:link`, which no policy can be called. What is given twice, or of a role that this bundle does not have, adds nothing. */
function indexLinks(links: readonly PolicyLink[], policies: CompiledPolicies): LinkIndex {
  const index = policies.links();
  for (const { id, role, principal, scope } of links) {
    index.add({ id: `${role}:${id}`, template: role, principal, resource: scope });
  }
  return index;
}

function entityFacts({ uid, attributes, parents }: Entity): EntityFacts {
  return { uid, attributes: recordJson(attributes), parents };
}

function recordJson(record: PolicyRecord): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, valueJson(value)]));
}

function valueJson(value: PolicyValue): unknown {
  if (typeof value !== 'object') return value;
  if (isSet(value)) return value.map(valueJson);
  if ('record' in value) return recordJson(value.record);
  if ('datetimeMs' in value) return datetime(value.datetimeMs);
  if ('ip' in value) return { __extn: { fn: 'ip', arg: value.ip } };
  return { __entity: value };
}

function isSet(value: object): value is readonly PolicyValue[] {
  return Array.isArray(value);
}

/** A moment that is no whole number of milliseconds is none: what reads it refuses it. */
function datetime(ms: number): unknown {
  return Number.isSafeInteger(ms) ? new Datetime(ms) : null;
}
