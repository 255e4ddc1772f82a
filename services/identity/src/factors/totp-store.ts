import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';

type Row = Selectable<Tables['totp_secrets']>;

/** An authenticator app of one account, pending until its first code came back. */
export type Totp = {
  readonly accountId: string;
  readonly sealedSecret: string;
  readonly failures: number;
  readonly createdAtMs: number;
  readonly confirmedAtMs: number | null;
};

export function createTotpStore(tables: Kysely<Tables>) {
  const update = (accountId: string) => tables.updateTable('totp_secrets').where('account_id', '=', accountId);
  return {
    find: async (accountId: string): Promise<Totp | undefined> => {
      const query = tables.selectFrom('totp_secrets').selectAll().where('account_id', '=', accountId);
      const row = await query.executeTakeFirst();
      return row && totpOf(row);
    },
    /** In the place of one that was never confirmed; whether there was none that had been. */
    begin: async ({ accountId, sealedSecret, createdAtMs }: Totp): Promise<boolean> => {
      const fresh = { sealed_secret: sealedSecret, last_counter: -1, failures: 0, created_at_ms: createdAtMs };
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('totp_secrets')
        .values({ account_id: accountId, ...fresh, confirmed_at_ms: null })
        .onConflict((conflict) =>
          conflict.column('account_id').doUpdateSet(fresh).where('totp_secrets.confirmed_at_ms', 'is', null),
        )
        .executeTakeFirstOrThrow();
      return (numInsertedOrUpdatedRows ?? 0n) === 1n;
    },
    /** Whether this call is the one that confirmed this very secret. */
    confirm: async (totp: Totp, { counter, nowMs }: { counter: number; nowMs: number }): Promise<boolean> => {
      const { numUpdatedRows } = await update(totp.accountId)
        .set({ confirmed_at_ms: nowMs, last_counter: counter })
        .where('confirmed_at_ms', 'is', null)
        .where('sealed_secret', '=', totp.sealedSecret)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    /** Whether the counter was new: a code that was accepted once, and every older one, is spent. */
    use: async ({ accountId, sealedSecret }: Totp, counter: number): Promise<boolean> => {
      const { numUpdatedRows } = await update(accountId)
        .set({ last_counter: counter, failures: 0 })
        .where('last_counter', '<', counter)
        .where('sealed_secret', '=', sealedSecret)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    noteFailure: async (accountId: string): Promise<void> => {
      await update(accountId).set({ failures: sql<number>`failures + 1` }).execute();
    },
    remove: async (accountId: string): Promise<boolean> => {
      const query = tables.deleteFrom('totp_secrets').where('account_id', '=', accountId);
      return (await query.executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },
  };
}

function totpOf({ account_id, sealed_secret, failures, created_at_ms, confirmed_at_ms }: Row): Totp {
  return {
    accountId: account_id,
    sealedSecret: sealed_secret,
    failures,
    createdAtMs: created_at_ms,
    confirmedAtMs: confirmed_at_ms,
  };
}
