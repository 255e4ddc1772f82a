import type { Kysely, Tables } from '@modelward/storage';

export type WrappedKey = { readonly subject: string; readonly masterId: string; readonly wrapped: string };

export function createSubjectKeyStore(tables: Kysely<Tables>) {
  return {
    /** Keeps what is there: of two that begin at once, both use the first one's. */
    insert: async ({ subject, masterId, wrapped }: WrappedKey): Promise<void> => {
      await tables
        .insertInto('subject_keys')
        .values({ subject_id: subject, master_id: masterId, wrapped })
        .onConflict((conflict) => conflict.column('subject_id').doNothing())
        .execute();
    },
    list: async (): Promise<readonly WrappedKey[]> => {
      const rows = await tables.selectFrom('subject_keys').selectAll().execute();
      return rows.map((row) => ({ subject: row.subject_id, masterId: row.master_id, wrapped: row.wrapped }));
    },
    replace: async ({ subject, masterId, wrapped }: WrappedKey): Promise<void> => {
      await tables
        .updateTable('subject_keys')
        .set({ master_id: masterId, wrapped })
        .where('subject_id', '=', subject)
        .execute();
    },
    /** Whether there was one. */
    remove: async (subject: string): Promise<boolean> => {
      const { numDeletedRows } = await tables
        .deleteFrom('subject_keys')
        .where('subject_id', '=', subject)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    hold: async ({
      subject,
      sinceMs,
      reason,
    }: {
      subject: string;
      sinceMs: number;
      reason: string;
    }): Promise<boolean> => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('legal_holds')
        .values({ subject_id: subject, since_ms: sinceMs, reason })
        .onConflict((conflict) => conflict.column('subject_id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    holdOf: async (subject: string) =>
      tables.selectFrom('legal_holds').selectAll().where('subject_id', '=', subject).executeTakeFirst(),
    releaseHold: async (subject: string): Promise<boolean> => {
      const { numDeletedRows } = await tables
        .deleteFrom('legal_holds')
        .where('subject_id', '=', subject)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

export type SubjectKeyStore = ReturnType<typeof createSubjectKeyStore>;
