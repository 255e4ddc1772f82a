import type { Kysely, Tables } from '@modelward/storage';
import { limits } from '../limits.ts';
import { hashSecret, type Secrets } from '../secrets.ts';
import { createEnrolmentStore, type Enrolment } from './enrolment-store.ts';

/** What the person is handed: the secret is nowhere else. */
export type Invitation = { readonly secret: string; readonly endsAtMs: number };

type Issue = Pick<Enrolment, 'purpose' | 'accountId'> & {
  readonly transaction: Kysely<Tables>;
  readonly nowMs: number;
  readonly secrets: Secrets;
};

/** A new one-time secret in the place of any earlier one for the same account that has not been used. */
export async function issueEnrolment({ purpose, accountId, transaction, nowMs, secrets }: Issue): Promise<Invitation> {
  const store = createEnrolmentStore(transaction);
  if (accountId === null) await store.deleteUnusedFirst();
  else await store.deleteUnusedOf(accountId);
  const secret = secrets.newSecret('mw_enr');
  const endsAtMs = nowMs + limits.enrolments[purpose].longestMs;
  await store.insert({ id: secrets.newId('enr'), purpose, accountId, endsAtMs, usedAtMs: null }, hashSecret(secret));
  return { secret, endsAtMs };
}
