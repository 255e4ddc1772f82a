import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { createEnrolmentStore } from '../enrolment/enrolment-store.ts';
import { type Invitation, issueEnrolment } from '../enrolment/issue.ts';
import type { Secrets } from '../secrets.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import { isAccountName, isEmail } from './account-name.ts';
import { type Account, createAccountStore } from './account-store.ts';

export type NewPerson = { readonly name: string; readonly email?: string };

export type Invited = { readonly account: Account; readonly invitation: Invitation };

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

  /** Sessions and one-time secrets end with the suspension; tokens are refused while it lasts. */
  const suspend = (id: string): Promise<Account | undefined> =>
    tables.transaction().execute(async (transaction) => {
      // In the order in which redeeming takes them, or the two could wait for each other.
      await createEnrolmentStore(transaction).deleteUnusedOf(id);
      const account = await createAccountStore(transaction).suspend(id);
      await createSessionStore(transaction).endAllOf({ accountId: id, nowMs: nowMs() });
      return account;
    });

  /** The person is shut out for good, and nothing here says any more who it was. Returns the name that stands instead. */
  const erase = async (id: string): Promise<string> => {
    await suspend(id);
    const name = `erased-${secrets
      .newId('acc')
      .slice(4, 20)
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, 'x')}`;
    await tables.transaction().execute((transaction) => createAccountStore(transaction).anonymise({ id, name }));
    return name;
  };

  /** A person who has no password yet is `invited` rather than `active`, and needs a new invitation. */
  const setState = async (name: string, state: 'active' | 'suspended'): Promise<Result<Account, 'unknown'>> => {
    const found = await store.find(name);
    const account = found && (await (state === 'suspended' ? suspend(found.id) : store.activate(found.id)));
    return account === undefined ? refused('unknown') : ok(account);
  };

  return { list: store.list, find: store.find, findById: store.findById, addPerson, addService, setState, erase };
}
