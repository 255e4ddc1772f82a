import type { PolicyBundle } from './bundle.ts';
import { type CompiledPolicies, compilePolicies } from './compiled-policies.ts';
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
import { Datetime } from './extensions/datetime.ts';

/** Decides with the compiled form of the bundle's policies. */
export function createCompiledEngine(bundle: PolicyBundle): PolicyEngine {
  const policies = compilePolicies(bundle.policies, { schema: bundle.types });

  const decide = (question: PolicyQuestion): PolicyAnswer => {
    const action = { type: 'Action', id: question.action };
    const entities = policies.entities(question.entities.map(entityFacts));
    const context = policies.context(action, recordJson(question.context));
    if (!entities.ok) return invalid(entities.reason);
    if (!context.ok) return invalid(context.reason);
    const { principal, resource } = question;
    const links = indexLinks(question.links, policies);
    const facts = { entities: entities.value, links };
    const verdict = policies.decide({ principal, action, resource, context: context.value }, facts);
    const { allowed, reasons, errors } = verdict;
    return {
      allowed,
      reasons: [...reasons].sort(),
      errors: errors.map(({ policy, message }) => `${policy}: ${message}`),
    };
  };

  return { bundle, decide };
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
