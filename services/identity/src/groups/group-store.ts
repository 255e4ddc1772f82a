import type { Kysely, Selectable, Tables } from '@modelward/storage';
import type { Account } from '../accounts/account-store.ts';

export type Group = { readonly id: string; readonly name: string; readonly createdAtMs: number };
export type GroupMember = Pick<Account, 'id' | 'kind' | 'name'>;
export type GroupWithMembers = Group & { readonly members: readonly GroupMember[] };

type Membership = { readonly groupId: string; readonly accountId: string };

export function createGroupStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('groups').selectAll();
  return {
    list: async (): Promise<readonly GroupWithMembers[]> => {
      const groups = await select().orderBy('name').execute();
      const members = await tables
        .selectFrom('group_members')
        .innerJoin('accounts', 'accounts.id', 'group_members.account_id')
        .select(['group_members.group_id', 'accounts.id', 'accounts.kind', 'accounts.name'])
        .orderBy('accounts.name')
        .execute();
      const membersOf = Map.groupBy(members, ({ group_id }) => group_id);
      return groups.map((row) => ({
        ...groupOf(row),
        members: (membersOf.get(row.id) ?? []).map(({ id, kind, name }) => ({ id, kind, name })),
      }));
    },
    find: async (name: string) => optional(await select().where('name', '=', name).executeTakeFirst()),
    findById: async (id: string) => optional(await select().where('id', '=', id).executeTakeFirst()),
    /** Whether it was added: a name that is taken stays with the group that has it. */
    insert: async ({ id, name, createdAtMs }: Group): Promise<boolean> => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('groups')
        .values({ id, name, created_at_ms: createdAtMs })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    /** Whether there was none yet. */
    insertMember: async ({ groupId, accountId }: Membership): Promise<boolean> => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('group_members')
        .values({ group_id: groupId, account_id: accountId })
        .onConflict((conflict) => conflict.columns(['account_id', 'group_id']).doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    /** Whether there was one. */
    deleteMember: async ({ groupId, accountId }: Membership): Promise<boolean> => {
      const { numDeletedRows } = await tables
        .deleteFrom('group_members')
        .where('group_id', '=', groupId)
        .where('account_id', '=', accountId)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
    leaveAll: async (accountId: string): Promise<void> => {
      await tables.deleteFrom('group_members').where('account_id', '=', accountId).execute();
    },
    idsOf: async (accountId: string): Promise<readonly string[]> => {
      const query = tables.selectFrom('group_members').select('group_id').where('account_id', '=', accountId);
      return (await query.orderBy('group_id').execute()).map(({ group_id }) => group_id);
    },
  };
}

function optional(row: Selectable<Tables['groups']> | undefined): Group | undefined {
  return row && groupOf(row);
}

function groupOf({ id, name, created_at_ms }: Selectable<Tables['groups']>): Group {
  return { id, name, createdAtMs: created_at_ms };
}
