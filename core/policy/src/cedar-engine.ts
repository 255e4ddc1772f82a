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
  Entity,
  PolicyAnswer,
  PolicyEngine,
  PolicyLink,
  PolicyQuestion,
  PolicyRecord,
  PolicyValue,
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
      context: recordJson(question.context),
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

function entityJson({ uid, attributes, parents }: Entity): EntityJson {
  return {
    uid: { ...uid },
    attrs: recordJson(attributes),
    parents: parents.map((parent) => ({ ...parent })),
  };
}

function recordJson(record: PolicyRecord): Record<string, CedarValueJson> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, valueJson(value)]));
}

function valueJson(value: PolicyValue): CedarValueJson {
  if (typeof value !== 'object') return typeof value === 'bigint' ? exactNumber(value) : value;
  if (isSet(value)) return value.map(valueJson);
  if ('record' in value) return recordJson(value.record);
  if ('datetimeMs' in value) return extension('datetime', new Date(value.datetimeMs).toISOString());
  if ('ip' in value) return extension('ip', value.ip);
  return { __entity: { ...value } };
}

function isSet(value: object): value is readonly PolicyValue[] {
  return Array.isArray(value);
}

function extension(fn: string, arg: string): CedarValueJson {
  return { __extn: { fn, arg } };
}

/** The wasm takes numbers as JavaScript has them: one that would be rounded on the way must not be decided over. */
function exactNumber(value: bigint): number {
  if (BigInt.asIntN(54, value) !== value)
    throw new RangeError(`\`${value}\` is beyond the integers that this engine takes`);
  return Number(value);
}
