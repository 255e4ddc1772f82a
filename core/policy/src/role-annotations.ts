import { ok, type Result, refused } from '@modelward/basics';
import type { Risk, Role } from './bundle.ts';

const risks: readonly string[] = ['low', 'medium', 'high'] satisfies Risk[];

/** A role as its template's annotations describe it, or everything that they lack. */
export function readRole(
  name: string,
  annotations: Readonly<Record<string, string>>,
  entityTypes: ReadonlySet<string>,
): Result<Role, readonly string[]> {
  const { title = '', requestable = '', risk = '', scopes = '' } = annotations;
  const scopeTypes = scopes.split(' ').filter((type) => type !== '');
  const flaws = [
    ...(title === '' ? ['a role needs `@title("...")`'] : []),
    ...(['true', 'false'].includes(requestable) ? [] : ['`@requestable` of a role must be "true" or "false"']),
    ...(risks.includes(risk) ? [] : ['`@risk` of a role must be "low", "medium" or "high"']),
    ...(scopeTypes.length > 0 ? [] : ['`@scopes` of a role must name the types that it may be given on']),
    ...scopeTypes
      .filter((type) => !entityTypes.has(type))
      .map((type) => `\`@scopes\` names \`${type}\`, which the schema does not declare`),
  ];
  if (flaws.length > 0) return refused(flaws);
  return ok({ name, title, requestable: requestable === 'true', risk: risk as Risk, scopeTypes });
}
