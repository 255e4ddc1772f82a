import {
  type AuthorizationAnswer,
  type CedarValueJson,
  type EntityJson,
  type PolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyBundle } from './bundle.ts';
import { concernedLinks, keyOf } from './concerned-links.ts';
import type {
  AttributeValue,
  Entity,
  PolicyAnswer,
  PolicyContext,
  PolicyEngine,
  PolicyLink,
  PolicyQuestion,
} from './engine.ts';
import { parsedPolicySet, parsedSchema } from './parsed-policy-sets.ts';

/** Decides with Cedar's own evaluator. */
export function createCedarEngine(bundle: PolicyBundle): PolicyEngine {
  const schemaName = parsedSchema(bundle.digest, bundle.schema);
  const roles = new Set(bundle.roles.map(({ name }) => name));

  const decide = (question: PolicyQuestion): PolicyAnswer => {
    // A role that this bundle does not have, or no longer has, gives nobody anything.
    const links = concernedLinks(question).filter(({ role }) => roles.has(role));
    const key = [bundle.digest, ...links.map(linkKey).sort()].join('\n');
    const answer = statefulIsAuthorized({
      principal: { ...question.principal },
      action: { type: 'Action', id: question.action },
      resource: { ...question.resource },
      context: contextJson(question.context),
      preparsedSchemaName: schemaName,
      validateRequest: true,
      preparsedPolicySetId: parsedPolicySet(key, () => policySetOf(bundle, links)),
      entities: question.entities.map(entityJson),
    });
    return readAnswer(answer, { bundle, links });
  };

  return { bundle, decide };
}

function policySetOf(bundle: PolicyBundle, links: readonly PolicyLink[]): PolicySet {
  const linked = new Set(links.map(({ role }) => role));
  const textOf = (wanted: PolicyBundle['policies']) => Object.fromEntries(wanted.map(({ id, text }) => [id, text]));
  return {
    staticPolicies: textOf(bundle.policies.filter(({ kind }) => kind !== 'role')),
    templates: textOf(bundle.policies.filter(({ id, kind }) => kind === 'role' && linked.has(id))),
    templateLinks: uniqueLinks(links).map((link) => ({
      templateId: link.role,
      newId: link.id,
      values: { '?principal': { ...link.principal }, '?resource': { ...link.scope } },
    })),
  };
}

function uniqueLinks(links: readonly PolicyLink[]): readonly PolicyLink[] {
  return [...new Map(links.map((link) => [link.id, link])).values()];
}

/** Everything that a link says, not its id alone: two sets with one key would be one set. */
function linkKey({ id, role, principal, scope }: PolicyLink): string {
  return JSON.stringify([id, role, keyOf(principal), keyOf(scope)]);
}

type Asked = { readonly bundle: PolicyBundle; readonly links: readonly PolicyLink[] };

function readAnswer(answer: AuthorizationAnswer, { bundle, links }: Asked): PolicyAnswer {
  if (answer.type === 'failure') {
    return { allowed: false, reasons: ['request-invalid'], errors: answer.errors.map(({ message }) => message) };
  }
  const { decision, diagnostics } = answer.response;
  const permits = permitNames(bundle, links);
  const errors = [
    ...diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`),
    ...answer.warnings.map(({ message }) => message),
  ];
  // Cedar leaves out a policy that errs, which for a `forbid` would mean that whatever breaks it lifts it.
  const brokenForbids = diagnostics.errors.map(({ policyId }) => policyId).filter((id) => !permits.has(id));
  if (brokenForbids.length > 0) {
    const forbids = decision === 'deny' ? diagnostics.reason : [];
    return { allowed: false, reasons: [...new Set([...forbids, ...brokenForbids])].sort(), errors };
  }
  return {
    allowed: decision === 'allow',
    reasons: diagnostics.reason.map((id) => permits.get(id) ?? id).sort(),
    errors,
  };
}

/** What each policy that permits is called in a decision; one that is not here forbids. */
function permitNames(bundle: PolicyBundle, links: readonly PolicyLink[]): ReadonlyMap<string, string> {
  return new Map([
    ...bundle.policies.filter(({ kind }) => kind === 'permit').map(({ id }) => [id, id] as const),
    ...links.map(({ id, role }) => [id, `${role}:${id}`] as const),
  ]);
}

function contextJson({
  level,
  credential,
  interface: through,
  risk,
  nowMs,
}: PolicyContext): Record<string, CedarValueJson> {
  return {
    auth: { level, credential },
    token: { bound: level !== 'none' },
    interface: through,
    risk,
    time: { __extn: { fn: 'datetime', arg: new Date(nowMs).toISOString() } },
  };
}

function entityJson({ uid, attributes, parents }: Entity): EntityJson {
  return {
    uid: { ...uid },
    attrs: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, valueJson(value)])),
    parents: parents.map((parent) => ({ ...parent })),
  };
}

function valueJson(value: AttributeValue): CedarValueJson {
  return typeof value === 'object' ? { __entity: { ...value } } : value;
}
