import type { Facts } from '../facts/facts.ts';
import type { AccessQuestion, ReasonCode } from './question.ts';

/** Why whoever asks is refused before policy is asked. */
export function principalFlaw({ principal }: Pick<AccessQuestion, 'principal'>, facts: Facts): ReasonCode | undefined {
  const account = facts.accounts.get(principal.id);
  if (account === undefined || account.kind !== principal.kind) return 'account-unknown';
  switch (account.state) {
    case 'active':
      return undefined;
    case 'invited':
      return 'account-invited';
    case 'suspended':
      return 'account-suspended';
    case 'locked':
      return 'account-locked';
    case 'offboarded':
      return 'account-offboarded';
  }
}
