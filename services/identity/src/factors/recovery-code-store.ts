import type { Kysely, Tables } from '@modelward/storage';

export function createRecoveryCodeStore(tables: Kysely<Tables>) {
  const deleteAllOf = async (accountId: string): Promise<void> => {
    await tables.deleteFrom('recovery_codes').where('account_id', '=', accountId).execute();
  };
  return {
    /** In the place of all earlier ones, used or not. */
    replace: async (accountId: string, codeHashes: readonly string[]): Promise<void> => {
      await deleteAllOf(accountId);
      const rows = codeHashes.map((code_hash) => ({ account_id: accountId, code_hash, used_at_ms: null }));
      await tables.insertInto('recovery_codes').values(rows).execute();
    },
    /** Whether this call used it up: of many at once, one does. */
    useUp: async ({ accountId, codeHash, nowMs }: { accountId: string; codeHash: string; nowMs: number }) => {
      const { numUpdatedRows } = await tables
        .updateTable('recovery_codes')
        .set({ used_at_ms: nowMs })
        .where('account_id', '=', accountId)
        .where('code_hash', '=', codeHash)
        .where('used_at_ms', 'is', null)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    countUnused: async (accountId: string): Promise<number> => {
      const row = await tables
        .selectFrom('recovery_codes')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('account_id', '=', accountId)
        .where('used_at_ms', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    deleteAllOf,
  };
}
