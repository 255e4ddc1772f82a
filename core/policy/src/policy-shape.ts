import type { PolicyKind } from './bundle.ts';
import type { PolicySource } from './policy-file.ts';

const folders: Readonly<Record<string, PolicyKind>> = { roles: 'role', permits: 'permit', guardrails: 'guardrail' };

/** What a policy is for is said by the folder that it lies in, and its form must agree: `roles/viewer.cedar`. */
export function kindOfFile(path: string): PolicyKind | undefined {
  const [folder = '', name = '', ...deeper] = path.split('/');
  return name.endsWith('.cedar') && deeper.length === 0 && Object.hasOwn(folders, folder) ? folders[folder] : undefined;
}

const idForm = /^[a-z][a-z0-9-]{0,62}$/;

/** Everything about the form of one policy that its kind forbids. What it means is for the validator. */
export function shapeFlaws({ json, annotations }: PolicySource, kind: PolicyKind): readonly string[] {
  const { id } = annotations;
  const flaws: string[] = [];
  // Cedar itself numbers policies by their order as text; a name of our own is what the record can cite.
  if (id === undefined) flaws.push('a policy needs a name: put `@id("...")` before it');
  else if (!idForm.test(id))
    flaws.push(`\`${id}\` is no name for a policy; use lower-case letters, digits and hyphens`);
  if (kind === 'guardrail' && json.effect !== 'forbid')
    flaws.push('a guardrail forbids; a permit belongs in `permits/`');
  if (kind !== 'guardrail' && json.effect !== 'permit')
    flaws.push('only a guardrail forbids; move it to `guardrails/`');
  if (kind === 'role' && !hasBothSlots(json)) {
    flaws.push(
      'a role must be a template of the form `permit (principal in ?principal, action ..., resource in ?resource)`',
    );
  }
  if (kind !== 'role' && hasAnySlot(json)) flaws.push('a template belongs in `roles/`');
  return flaws;
}

// INVARIANT: a role reaches nobody but who it is linked to, and nothing outside the scope of the link.
function hasBothSlots({ principal, resource }: PolicySource['json']): boolean {
  return principal.op === 'in' && 'slot' in principal && resource.op === 'in' && 'slot' in resource;
}

function hasAnySlot({ principal, resource }: PolicySource['json']): boolean {
  return JSON.stringify([principal, resource]).includes('"slot":');
}
