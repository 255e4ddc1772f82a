import type { Action, ApiRemedy } from '@modelward/contract';
import type { ControlRefusal } from './refusal.ts';

type Denial = {
  readonly action: Action;
  readonly named?: { readonly type: string; readonly name: string } | undefined;
  readonly remedies: readonly ApiRemedy[];
};

/** A refusal that says what was refused and what would help, from what the decision point found would. */
export function denied({ action, named, remedies }: Denial): ControlRefusal {
  const where = named === undefined ? '' : ` on ${named.type.toLowerCase()} \`${named.name}\``;
  return { code: 'denied', message: `you may not do \`${action}\`${where}`, next: nextStep(remedies), remedies };
}

function nextStep([first]: readonly ApiRemedy[]): string {
  switch (first?.kind) {
    case 'role':
      return `ask for the role \`${first.role}\` on ${scopeText(first.scope)}; a security administrator assigns it`;
    case 'token-scope':
      return `the scopes of this token leave it out; make a token whose scopes include \`${first.scope}\``;
    case 'sign-in':
      return 'a personal access token is not enough; sign in with `npx modelward sign-in` and do it from there';
    case undefined:
      return 'ask an administrator; no role that can be asked for would allow it';
  }
}

function scopeText({ type, name }: { type: string; name: string }): string {
  return type === 'Organization' ? 'the organization' : `${type.toLowerCase()} \`${name}\``;
}
