import type { Action, ApiRemedy } from '@modelward/contract';
import type { ControlRefusal } from './refusal.ts';

type Denial = {
  readonly action: Action;
  readonly named?: { readonly type: string; readonly name: string } | undefined;
  readonly remedies: readonly ApiRemedy[];
  /** A session asked, which can be made stronger as it is. */
  readonly isBound: boolean;
  /** What would help is not known: another decision point decides. */
  readonly remediesUnavailable?: boolean | undefined;
};

/** A refusal that says what was refused and what would help, from what the decision point found would. */
export function denied({ action, named, remedies, isBound, remediesUnavailable }: Denial): ControlRefusal {
  const where = named === undefined ? '' : ` on ${named.type.toLowerCase()} \`${named.name}\``;
  const [first] = remedies;
  if (isBound && remedies.length === 1 && first?.kind === 'step-up') {
    const message = `\`${action}\`${where} needs another sign-in than this one`;
    return { code: 'step-up-needed', message, next: nextStep(remedies), remedies, challenge: challengeOf(first) };
  }
  const next = remediesUnavailable ? notKnown : nextStep(remedies);
  return { code: 'denied', message: `you may not do \`${action}\`${where}`, next, remedies };
}

const notKnown = 'ask an administrator; another decision point decides here, so what would help is not known';

function nextStep(remedies: readonly ApiRemedy[]): string {
  if (remedies.length === 0) return 'ask an administrator; no role that can be asked for would allow it';
  return remedies.map(words).join('; and ');
}

function words(remedy: ApiRemedy): string {
  switch (remedy.kind) {
    case 'role':
      return `ask for the role \`${remedy.role}\` on ${scopeText(remedy.scope)}; a security administrator assigns it`;
    case 'token-scope':
      return `the scopes of this token leave it out; make a token whose scopes include \`${remedy.scope}\``;
    case 'sign-in':
      return 'a personal access token is not enough; sign in with `npx modelward sign-in` and do it from there';
    case 'step-up':
      return `sign in anew${factorText(remedy)} (\`npx modelward step-up\`) and do it from there`;
    case 'device':
      return `do it from ${remedy.need === 'managed' ? 'a managed device' : 'an enrolled device'}`;
    case 'approval':
      return 'let somebody who gains nothing by it approve exactly this';
    case 'time':
      return `wait until ${new Date(remedy.fromMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  }
}

function factorText({ level, phishingResistant }: Extract<ApiRemedy, { kind: 'step-up' }>): string {
  if (phishingResistant) return ' with a passkey';
  return level === 'aal1' ? '' : ' with a second factor';
}

function scopeText({ type, name }: { type: string; name: string }): string {
  return type === 'Organization' ? 'the organization' : `${type.toLowerCase()} \`${name}\``;
}

/** What a sign-in that is asked for anew counts for: how new exactly it has to be is the policy's matter. */
const freshSeconds = 300;

/** RFC 9470 section 3: a client that knows it finds out by itself what to ask the person for. */
function challengeOf({ level, phishingResistant }: Extract<ApiRemedy, { kind: 'step-up' }>): string {
  const acr = phishingResistant ? 'phishing-resistant' : level;
  const description = 'error_description="a stronger or newer sign-in is needed"';
  return `error="insufficient_user_authentication", ${description}, acr_values="${acr}", max_age="${freshSeconds}"`;
}
