import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { createEnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type Invitation, issueEnrolment } from '../enrolment/issue.ts';
import { createFactorStore } from '../factors/factor-store.ts';
import { createGroupStore } from '../groups/group-store.ts';
import type { Secrets } from '../secrets.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { createTokenStore } from '../tokens/token-store.ts';
import { isAccountName, isEmail } from './account-name.ts';
import { type Account, createAccountStore } from './account-store.ts';

export type NewPerson = { readonly name: string; readonly email?: string };

export type Invited = { readonly account: Account; readonly invitation: Invitation };

export type StoppedState = 'suspended' | 'locked' | 'offboarded';

type Deps = { readonly tables: Kysely<Tables>; readonly nowMs: () => number; readonly secrets: Secrets };

/** Accounts: people and services, under names that are theirs alone. */
export function createAccounts({ tables, nowMs, secrets }: Deps) {
  const store = createAccountStore(tables);

  const addPerson = async (wanted: NewPerson): Promise<Result<Invited, 'name-form' | 'email-form' | 'exists'>> => {
    const { name, email = null } = wanted;
    if (!isAccountName(name)) return refused('name-form');
    if (email !== null && !isEmail(email)) return refused('email-form');
    const createdAtMs = nowMs();
    const account: Account = { id: secrets.newId('acc'), kind: 'person', name, email, state: 'invited', createdAtMs };
    return tables.transaction().execute(async (transaction) => {
      if (!(await createAccountStore(transaction).insert(account, null))) return refused('exists');
      const enrolment = { purpose: 'invitation', accountId: account.id, nowMs: createdAtMs } as const;
      return ok({ account, invitation: await issueEnrolment({ ...enrolment, transaction, secrets }) });
    });
  };

  const addService = async ({ name }: { name: string }): Promise<Result<Account, 'name-form' | 'exists'>> => {
    if (!isAccountName(name)) return refused('name-form');
    const account: Account = {
      id: secrets.newId('acc'),
      kind: 'service',
      name,
      email: null,
      state: 'active',
      createdAtMs: nowMs(),
    };
    return (await store.insert(account, null)) ? ok(account) : refused('exists');
  };

  /** Sessions and one-time secrets end with it; tokens are refused while it lasts, and for good after an offboarding. */
  const stop = (id: string, state: StoppedState): Promise<Account | undefined> =>
    tables.transaction().execute(async (transaction) => {
      // In the order in which redeeming takes them, or the two could wait for each other.
      await createEnrolmentStore(transaction).deleteUnusedOf(id);
      const account = await createAccountStore(transaction).setState(id, state);
      if (account === undefined) return undefined;
      await createSessionStore(transaction).endAllOf({ accountId: id, nowMs: nowMs() });
      if (state === 'offboarded') await forget(transaction, id);
      return account;
    });

  const forget = async (transaction: Kysely<Tables>, id: string): Promise<void> => {
    await createAccountStore(transaction).forgetPassword(id);
    await createFactorStore(transaction).removeAllOf(id);
    await createTokenStore(transaction).revokeAllOf({ accountId: id, nowMs: nowMs() });
    await createGroupStore(transaction).leaveAll(id);
  };

  /** The person is shut out for good, and nothing here says any more who it was. Returns the name that stands instead. */
  const erase = async (id: string): Promise<string> => {
    await stop(id, 'offboarded');
    const name = `erased-${secrets
      .newId('acc')
      .slice(4, 20)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, 'x')}`;
    await tables.transaction().execute(async (transaction) => {
      await forget(transaction, id);
      await createAccountStore(transaction).anonymise({ id, name });
    });
    return name;
  };

  /**
   * A person who has no password yet is `invited` rather than `active`, and needs a new invitation. `state`: from where
   * the account is, nothing leads there.
   */
  const setState = async (
    name: string,
    state: 'active' | StoppedState,
  ): Promise<Result<Account, 'unknown' | 'state'>> => {
    const found = await store.find(name);
    if (found === undefined) return refused('unknown');
    const account = await (state === 'active' ? store.activate(found.id) : stop(found.id, state));
    return account === undefined ? refused('state') : ok(account);
  };

  return { list: store.list, find: store.find, findById: store.findById, addPerson, addService, setState, erase };
}
