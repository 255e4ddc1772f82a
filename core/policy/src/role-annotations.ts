import { ok, type Result, refused } from '@modelward/basics';
import type { Risk, Role } from './bundle.ts';
import { limits } from './limits.ts';

const risks: readonly string[] = ['low', 'medium', 'high'] satisfies Risk[];

type Annotations = Readonly<Record<string, string>>;

/** A role as its template's annotations describe it, or everything that they lack. */
export function readRole(
  name: string,
  annotations: Annotations,
  entityTypes: ReadonlySet<string>,
): Result<Role, readonly string[]> {
  const { title = '', requestable = '', risk = '', scopes = '' } = annotations;
  const scopeTypes = wordsOf(scopes);
  const asking = readAsking(annotations);
  const flaws = [
    ...(title === '' ? ['a role needs `@title("...")`'] : []),
    ...(['true', 'false'].includes(requestable) ? [] : ['`@requestable` of a role must be "true" or "false"']),
    ...(risks.includes(risk) ? [] : ['`@risk` of a role must be "low", "medium" or "high"']),
    ...(scopeTypes.length > 0 ? [] : ['`@scopes` of a role must name the types that it may be given on']),
    ...scopeTypes
      .filter((type) => !entityTypes.has(type))
      .map((type) => `\`@scopes\` names \`${type}\`, which the schema does not declare`),
    ...(asking.ok ? [] : asking.reason),
  ];
  if (flaws.length > 0 || !asking.ok) return refused(flaws);
  return ok({ name, title, requestable: requestable === 'true', risk: risk as Risk, ...asking.value, scopeTypes });
}

type Asking = Pick<Role, 'maxDurationMs' | 'approvals' | 'approvers'>;

/** What holds when the role is asked for; of a role that nobody may ask for there is nothing to say. */
function readAsking({
  requestable,
  maxDuration,
  approvals,
  approvers,
}: Annotations): Result<Asking, readonly string[]> {
  if (requestable !== 'true') {
    const idle = Object.entries({ maxDuration, approvals, approvers }).filter(([, value]) => value !== undefined);
    const flaws = idle.map(([key]) => `\`@${key}\` says nothing of a role that cannot be asked for; take it out`);
    return flaws.length > 0 ? refused(flaws) : ok({ approvals: 0, approvers: [] });
  }
  const maxDurationMs = durationMs(maxDuration);
  const people = /^[0-9]$/.test(approvals ?? '') ? Number(approvals) : undefined;
  const by = wordsOf(approvers ?? '');
  const flaws = [
    ...(maxDurationMs === undefined ? ['`@maxDuration` of a role must be a time such as "8h" or "30d"'] : []),
    ...(people === undefined ? ['`@approvals` of a role must be a number from "0" to "9"'] : []),
    ...(people !== 0 && by.length === 0 ? ['`@approvers` of a role must name the roles that approve it'] : []),
  ];
  if (flaws.length > 0 || maxDurationMs === undefined || people === undefined) return refused(flaws);
  return ok({ maxDurationMs, approvals: people, approvers: by });
}

/** Flaws that only show once all roles are known. */
export function approverFlaws(role: Role, roles: readonly Role[]): readonly string[] {
  const names = new Set(roles.map(({ name }) => name));
  return role.approvers
    .filter((name) => !names.has(name))
    .map((name) => `\`@approvers\` names \`${name}\`, which is no role of this bundle`);
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function durationMs(text = ''): number | undefined {
  const [, count, unit = ''] = /^([1-9][0-9]{0,4})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN);
  return ms <= limits.roleDurationMs ? ms : undefined;
}

function wordsOf(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
