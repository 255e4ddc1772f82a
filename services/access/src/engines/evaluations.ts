import type { AuthzenEvaluation } from '@modelward/contract';
import type { Entity, PolicyValue } from '@modelward/policy';
import { policyContext } from '../context/policy-context.ts';
import type { Asking, Subject } from '../decide/judge.ts';
import type { ResourceRef } from '../decide/question.ts';
import { entityTypeOfKind } from '../facts/entities.ts';

/** What another decision point is told of one question: all that our own policies could read. Undefined: it is not there. */
export function evaluationOf(
  { question, facts, links }: Asking,
  { action, resource, subject }: { action: string; resource: ResourceRef | undefined; subject: Subject | undefined },
): AuthzenEvaluation {
  const { principal } = question;
  const groups = facts.accounts.get(principal.id)?.groupIds ?? [];
  const places = new Set(subject?.entities.map(({ uid }) => uid.id) ?? []);
  const holders = new Set([principal.id, ...groups]);
  const roles = links.filter((link) => holders.has(link.principal.id) && places.has(link.scope.id));
  const context = policyContext({ ...question, circumstances: question.circumstances, nowMs: facts.nowMs });
  return {
    subject: {
      type: entityTypeOfKind[principal.kind],
      id: principal.id,
      properties: { groups, roles: [...new Set(roles.map(({ role }) => role))] },
    },
    action: { name: action },
    resource:
      subject === undefined
        ? { type: resource?.type ?? 'Unknown', id: 'missing' }
        : { type: subject.uid.type, id: subject.uid.id, properties: propertiesOf(subject) },
    context: plainRecord(context),
  };
}

function propertiesOf({ entities: [own, ...around] }: Subject): Record<string, unknown> {
  return { ...(own && plainRecord(own.attributes)), in: around.map(({ uid }: Entity) => uid.id) };
}

function plainRecord(record: Readonly<Record<string, PolicyValue>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, plain(value)]));
}

/** As JSON says it: an entity by its id, a moment as RFC 3339, a number beyond 2^53 as text. */
function plain(value: PolicyValue): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object') return value;
  if (isSet(value)) return value.map(plain);
  if ('record' in value) return plainRecord(value.record);
  if ('datetimeMs' in value) return new Date(value.datetimeMs).toISOString();
  return 'ip' in value ? value.ip : value.id;
}

function isSet(value: object): value is readonly PolicyValue[] {
  return Array.isArray(value);
}
