import type { Remedy } from './exchange.ts';

export const notKnown = 'ask an administrator; another decision point decides here, so what would help is not known';

/** In plain words what would help, from what the decision point found would: all of it together. */
export function nextStep(remedies: readonly Remedy[]): string {
  if (remedies.length === 0) return 'ask an administrator; no role that can be asked for would allow it';
  return remedies.map(words).join('; and ');
}

function words(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'role':
      return `ask for the role \`${remedy.role}\` on ${scopeWords(remedy.scope)}; a security administrator assigns it`;
    case 'token-scope':
      return `the scopes of this token leave it out; make a token whose scopes include \`${remedy.scope}\``;
    case 'sign-in':
      return 'a personal access token is not enough; sign in with `modelward sign-in` and do it from there';
    case 'step-up':
      return `sign in anew${factorWords(remedy)} and do it from there`;
    case 'device':
      return `do it from ${remedy.need === 'managed' ? 'a managed device' : 'an enrolled device'}`;
    case 'approval':
      return 'let somebody who gains nothing by it approve exactly this';
    case 'time':
      return `wait until ${new Date(remedy.fromMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  }
}

function scopeWords({ type, name }: { readonly type: string; readonly name: string }): string {
  return type === 'Organization' ? 'the organization' : `${type.toLowerCase()} \`${name}\``;
}

function factorWords({ level, phishingResistant }: Extract<Remedy, { kind: 'step-up' }>): string {
  if (phishingResistant) return ' with a passkey';
  return level === 'aal1' ? '' : ' with a second factor';
}
