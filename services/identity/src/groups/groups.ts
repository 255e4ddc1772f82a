import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { isAccountName } from '../accounts/account-name.ts';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import type { Secrets } from '../secrets.ts';
import { createGroupStore, type Group } from './group-store.ts';

type Deps = { readonly tables: Kysely<Tables>; readonly nowMs: () => number; readonly secrets: Secrets };
type Ends = { readonly group: Group; readonly account: Account };

/** Groups: people and services that are given roles together. */
export function createGroups({ tables, nowMs, secrets }: Deps) {
  const store = createGroupStore(tables);
  const accounts = createAccountStore(tables);

  const add = async (name: string): Promise<Result<Group, 'name-form' | 'exists'>> => {
    if (!isAccountName(name)) return refused('name-form');
    const group = { id: secrets.newId('grp'), name, createdAtMs: nowMs() };
    return (await store.insert(group)) ? ok(group) : refused('exists');
  };

  const findEnds = async (
    groupId: string,
    accountId: string,
  ): Promise<Result<Ends, 'group-unknown' | 'account-unknown'>> => {
    const group = await store.findById(groupId);
    if (group === undefined) return refused('group-unknown');
    const account = await accounts.findById(accountId);
    return account === undefined ? refused('account-unknown') : ok({ group, account });
  };

  const addMember = async (
    group: Pick<Group, 'id'>,
    account: Pick<Account, 'id'>,
  ): Promise<Result<Ends, 'group-unknown' | 'account-unknown' | 'member-already'>> => {
    const ends = await findEnds(group.id, account.id);
    if (!ends.ok) return ends;
    const isNew = await store.insertMember({ groupId: group.id, accountId: account.id });
    return isNew ? ends : refused('member-already');
  };

  const removeMember = async (
    group: Pick<Group, 'id'>,
    account: Pick<Account, 'id'>,
  ): Promise<Result<Ends, 'group-unknown' | 'account-unknown' | 'not-a-member'>> => {
    const ends = await findEnds(group.id, account.id);
    if (!ends.ok) return ends;
    const wasMember = await store.deleteMember({ groupId: group.id, accountId: account.id });
    return wasMember ? ends : refused('not-a-member');
  };

  return {
    list: store.list,
    find: store.find,
    findById: store.findById,
    add,
    addMember,
    removeMember,
    /** The ids of the groups that an account is in. */
    of: store.idsOf,
  };
}
