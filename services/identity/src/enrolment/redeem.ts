import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { isAccountName } from '../accounts/account-name.ts';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import { createFactorStore } from '../factors/factor-store.ts';
import { createNoticeStore } from '../notices/notice-store.ts';
import type { PasswordHashing } from '../passwords/hashing.ts';
import { type PasswordRefusal, passwordFlaw } from '../passwords/rules.ts';
import { hashSecret, isSecret, type Secrets } from '../secrets.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { createEnrolmentStore, type Enrolment } from './enrolment-store.ts';

export type Redemption = {
  readonly secret: string;
  /** Needed for the first administrator; other accounts have their name, and it is not read. */
  readonly name?: string;
  readonly password: string;
  /** What must happen with the account's change or not at all; it throws to undo both. */
  readonly inTransaction?: (transaction: Kysely<Tables>, redeemed: Redeemed) => Promise<void>;
};

export type RedeemRefusal =
  | 'unknown'
  | 'expired'
  | 'used'
  /** The account is no longer in the state that the secret was made for. */
  | 'suspended'
  | 'name-missing'
  | 'name-form'
  | 'exists'
  | 'busy'
  | PasswordRefusal;

export type Redeemed = { readonly account: Account; readonly purpose: Enrolment['purpose'] };

export type RedeemDeps = {
  readonly tables: Kysely<Tables>;
  readonly nowMs: () => number;
  readonly secrets: Secrets;
  readonly hashing: PasswordHashing;
};

/** Uses a one-time secret up: the password is set, or the first administrator made, in the same transaction. */
export function createRedeem(deps: RedeemDeps) {
  return async (redemption: Redemption): Promise<Result<Redeemed, RedeemRefusal>> => {
    const enrolment = await findLive(redemption.secret, deps);
    if (!enrolment.ok) return enrolment;
    const owner = await findOwner(enrolment.value, redemption, deps);
    if (!owner.ok) return owner;
    const hasFactor = enrolment.value.purpose === 'recovery' && (await hasSecond(owner.value, deps));
    const flaw = passwordFlaw(redemption.password, { ...owner.value, hasFactor });
    if (flaw !== undefined) return refused(flaw);
    // Before the transaction: hashing takes long and waits its turn, and SQLite has one transaction for everybody.
    const passwordHash = await deps.hashing.hash(redemption.password);
    if (!passwordHash.ok) return passwordHash;
    const { inTransaction } = redemption;
    return change({
      enrolment: enrolment.value,
      owner: owner.value,
      passwordHash: passwordHash.value,
      inTransaction,
      deps,
    });
  };
}

function hasSecond({ id }: Account, { tables }: RedeemDeps): Promise<boolean> {
  return createFactorStore(tables).hasSecond(id);
}

async function findLive(secret: string, { tables, nowMs }: RedeemDeps): Promise<Result<Enrolment, RedeemRefusal>> {
  if (!isSecret(secret, 'mw_enr')) return refused('unknown');
  const enrolment = await createEnrolmentStore(tables).findBySecret(hashSecret(secret));
  if (enrolment === undefined) return refused('unknown');
  if (enrolment.usedAtMs !== null) return refused('used');
  return nowMs() < enrolment.endsAtMs ? ok(enrolment) : refused('expired');
}

/** The account as it will be, or as it is. */
async function findOwner(
  { accountId }: Enrolment,
  { name }: Redemption,
  { tables, nowMs, secrets }: RedeemDeps,
): Promise<Result<Account, RedeemRefusal>> {
  const accounts = createAccountStore(tables);
  if (accountId !== null) {
    const account = await accounts.findById(accountId);
    return account === undefined ? refused('unknown') : ok(account);
  }
  if (name === undefined) return refused('name-missing');
  if (!isAccountName(name)) return refused('name-form');
  return ok({ id: secrets.newId('acc'), kind: 'person', name, email: null, state: 'active', createdAtMs: nowMs() });
}

type Change = {
  readonly enrolment: Enrolment;
  readonly owner: Account;
  readonly passwordHash: string;
  readonly inTransaction: Redemption['inTransaction'];
  readonly deps: RedeemDeps;
};

/** A refusal found when something is written already: thrown, so that the transaction is undone and the secret stays good. */
class Undone extends Error {
  readonly reason: RedeemRefusal;
  constructor(reason: RedeemRefusal) {
    super(reason);
    this.reason = reason;
  }
}

async function change(wanted: Change): Promise<Result<Redeemed, RedeemRefusal>> {
  const { enrolment, inTransaction, deps } = wanted;
  try {
    return await deps.tables.transaction().execute(async (transaction) => {
      // First, so that whoever comes second waits here and finds it used.
      const isMine = await createEnrolmentStore(transaction).useUp({ id: enrolment.id, nowMs: deps.nowMs() });
      if (!isMine) return refused('used');
      const redeemed = { account: await writeAccount(transaction, wanted), purpose: enrolment.purpose };
      await inTransaction?.(transaction, redeemed);
      return ok(redeemed);
    });
  } catch (fault) {
    if (fault instanceof Undone) return refused(fault.reason);
    throw fault;
  }
}

async function writeAccount(
  transaction: Kysely<Tables>,
  { enrolment, owner, passwordHash, deps }: Change,
): Promise<Account> {
  const accounts = createAccountStore(transaction);
  const enrolments = createEnrolmentStore(transaction);
  if (enrolment.accountId === null) {
    if (!(await accounts.insert(owner, passwordHash))) throw new Undone('exists');
    // Should another first secret have been made at the same moment: there is one first administrator.
    await enrolments.deleteUnusedFirst();
    return owner;
  }
  const expected = enrolment.purpose === 'invitation' ? 'invited' : 'active';
  const account = await accounts.setPassword({ id: owner.id, passwordHash, expected });
  if (account === undefined) throw new Undone('suspended');
  await enrolments.deleteUnusedOf(account.id);
  // Whoever had the old password may be the reason for the new one.
  await createSessionStore(transaction).endAllOf({ accountId: account.id, nowMs: deps.nowMs() });
  if (enrolment.purpose === 'reset') await createFactorStore(transaction).removeAllOf(account.id);
  if (enrolment.purpose !== 'invitation') await tell(transaction, { account, purpose: enrolment.purpose }, deps);
  return account;
}

async function tell(
  transaction: Kysely<Tables>,
  { account, purpose }: Redeemed,
  { secrets, nowMs }: RedeemDeps,
): Promise<void> {
  const kind = purpose === 'reset' ? 'factors-reset' : 'password-changed';
  const notice = { id: secrets.newId('ntc'), kind, subject: null, atMs: nowMs() } as const;
  await createNoticeStore(transaction).insert(account.id, notice);
}
