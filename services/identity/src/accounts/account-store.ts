import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { statesBefore } from './states.ts';

type Row = Selectable<Tables['accounts']>;

/** A person, or a service: a job or a program that acts for itself. */
export type Account = {
  readonly id: string;
  readonly kind: Row['kind'];
  readonly name: string;
  readonly email: string | null;
  /** `invited`: a person who has not set a password yet. */
  readonly state: Row['state'];
  readonly createdAtMs: number;
};

export type AccountWithPassword = { readonly account: Account; readonly passwordHash: string | null };

export const accountColumns = [
  'accounts.id',
  'accounts.kind',
  'accounts.name',
  'accounts.email',
  'accounts.state',
  'accounts.created_at_ms',
] as const;

export function accountOf(row: Omit<Row, 'password_hash'>): Account {
  const { id, kind, name, email, state, created_at_ms } = row;
  return { id, kind, name, email, state, createdAtMs: created_at_ms };
}

export function createAccountStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('accounts').select(accountColumns);
  return {
    list: async (kind: Account['kind']): Promise<readonly Account[]> =>
      (await select().where('kind', '=', kind).orderBy('name').execute()).map(accountOf),
    find: async (name: string) => optional(await select().where('name', '=', name).executeTakeFirst()),
    findById: async (id: string) => optional(await select().where('id', '=', id).executeTakeFirst()),
    findWithPassword: async (name: string): Promise<AccountWithPassword | undefined> => {
      const row = await tables.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst();
      return row && { account: accountOf(row), passwordHash: row.password_hash };
    },

    /** Whether it was added: a name that is taken stays with the account that has it. */
    insert: async (account: Account, passwordHash: string | null): Promise<boolean> => {
      const { id, kind, name, email, state, createdAtMs } = account;
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('accounts')
        .values({ id, kind, name, email, state, password_hash: passwordHash, created_at_ms: createdAtMs })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    /** Undefined when it is in none of the states from which this one can be reached. */
    setState: async (id: string, state: Row['state']) => changed(tables, { id, state, from: statesBefore(state) }),
    /** A person without a password goes back to being invited. */
    activate: async (id: string) => {
      const state = sql<
        Row['state']
      >`case when kind = 'person' and password_hash is null then 'invited' else 'active' end`;
      return changed(tables, { id, state, from: [...statesBefore('active'), 'invited'] });
    },
    /** Nothing that would let its person in again is kept. */
    forgetPassword: async (id: string): Promise<void> => {
      await tables.updateTable('accounts').set({ password_hash: null }).where('id', '=', id).execute();
    },
    /** Undefined when the account is not in the expected state (any more). */
    setPassword: async (change: { id: string; passwordHash: string; expected: Row['state'] }) => {
      const row = await tables
        .updateTable('accounts')
        .set({ password_hash: change.passwordHash, state: 'active' })
        .where('id', '=', change.id)
        .where('kind', '=', 'person')
        .where('state', '=', change.expected)
        .returning(accountColumns)
        .executeTakeFirst();
      return optional(row);
    },
    /** Takes everything away that says who it was. The id stays, for what refers to it. */
    anonymise: async ({ id, name }: { id: string; name: string }): Promise<void> => {
      await tables
        .updateTable('accounts')
        .set({ name, email: null, password_hash: null, state: 'offboarded' })
        .where('id', '=', id)
        .execute();
      await tables.updateTable('tokens').set({ label: 'erased' }).where('account_id', '=', id).execute();
    },
    /**
     * Whether an account is active, with this very password where one is named, and stays so until the transaction ends: the
     * update changes nothing but holds the row, so that a recovery or suspension comes wholly before or wholly after.
     */
    holdActive: async ({ id, passwordHash }: { id: string; passwordHash?: string }): Promise<boolean> => {
      const active = tables
        .updateTable('accounts')
        .set({ state: 'active' })
        .where('id', '=', id)
        .where('state', '=', 'active');
      const held = passwordHash === undefined ? active : active.where('password_hash', '=', passwordHash);
      return (await held.executeTakeFirstOrThrow()).numUpdatedRows === 1n;
    },
  };
}

type StateChange = {
  readonly id: string;
  readonly state: Row['state'] | ReturnType<typeof sql<Row['state']>>;
  readonly from: readonly Row['state'][];
};

async function changed(tables: Kysely<Tables>, { id, state, from }: StateChange): Promise<Account | undefined> {
  const row = await tables
    .updateTable('accounts')
    .set({ state })
    .where('id', '=', id)
    .where('state', 'in', from)
    .returning(accountColumns)
    .executeTakeFirst();
  return optional(row);
}

function optional(row: Omit<Row, 'password_hash'> | undefined): Account | undefined {
  return row && accountOf(row);
}
