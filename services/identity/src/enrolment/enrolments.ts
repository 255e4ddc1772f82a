import { ok, type Result, refused } from '@modelward/basics';
import { createAccountStore } from '../accounts/account-store.ts';
import { createEnrolmentStore } from './enrolment-store.ts';
import { type Invitation, issueEnrolment } from './issue.ts';
import { createRedeem, type RedeemDeps } from './redeem.ts';

/** Enrolments: one-time secrets for the first administrator, for people who are invited, and for those who lost their password. */
export function createEnrolments(deps: RedeemDeps) {
  const { tables, nowMs, secrets } = deps;

  const issueFor = (accountId: string, purpose: 'invitation' | 'recovery' | 'reset') =>
    tables.transaction().execute(async (transaction): Promise<Result<Invitation, 'unknown' | 'state'>> => {
      const account = await createAccountStore(transaction).findById(accountId);
      if (account?.kind !== 'person') return refused('unknown');
      if (account.state !== (purpose === 'invitation' ? 'invited' : 'active')) return refused('state');
      return ok(await issueEnrolment({ transaction, purpose, accountId, nowMs: nowMs(), secrets }));
    });

  return {
    /** In the place of an earlier one that was not used. A fault once there is a first administrator: whoever asks has to know. */
    createFirst: (): Promise<Invitation> =>
      tables.transaction().execute(async (transaction) => {
        if (await createEnrolmentStore(transaction).wasFirstUsed())
          throw new Error('the first administrator is made already');
        return issueEnrolment({
          transaction,
          purpose: 'first-administrator',
          accountId: null,
          nowMs: nowMs(),
          secrets,
        });
      }),
    needsFirst: async (): Promise<boolean> => !(await createEnrolmentStore(tables).wasFirstUsed()),
    /** Anew, for a person who let the first invitation pass; `state`: the person has set a password, or is suspended. */
    invite: (accountId: string) => issueFor(accountId, 'invitation'),
    /** `state`: the person has no password yet, or is suspended. */
    recover: (accountId: string) => issueFor(accountId, 'recovery'),
    /** A recovery for who has lost the second factor as well: all factors go when it is used, and new ones are set up. */
    reset: (accountId: string) => issueFor(accountId, 'reset'),
    redeem: createRedeem(deps),
  };
}
