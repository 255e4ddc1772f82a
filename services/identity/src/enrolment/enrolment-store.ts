import type { Kysely, Selectable, Tables } from '@modelward/storage';

type Row = Selectable<Tables['enrolments']>;

/** A one-time secret with which a person sets a password. */
export type Enrolment = {
  readonly id: string;
  readonly purpose: Row['purpose'];
  /** Null for the first administrator, whose account it makes. */
  readonly accountId: string | null;
  readonly endsAtMs: number;
  readonly usedAtMs: number | null;
};

export function createEnrolmentStore(tables: Kysely<Tables>) {
  return {
    insert: async ({ id, purpose, accountId, endsAtMs, usedAtMs }: Enrolment, secretHash: string): Promise<void> => {
      const times = { ends_at_ms: endsAtMs, used_at_ms: usedAtMs };
      await tables
        .insertInto('enrolments')
        .values({ id, secret_hash: secretHash, purpose, account_id: accountId, ...times })
        .execute();
    },
    findBySecret: async (secretHash: string): Promise<Enrolment | undefined> => {
      const query = tables.selectFrom('enrolments').select(['id', 'purpose', 'account_id', 'ends_at_ms', 'used_at_ms']);
      const row = await query.where('secret_hash', '=', secretHash).executeTakeFirst();
      return row && enrolmentOf(row);
    },
    /** Whether this call used it up: of many at once, one does. */
    useUp: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<boolean> => {
      const { numUpdatedRows } = await tables
        .updateTable('enrolments')
        .set({ used_at_ms: nowMs })
        .where('id', '=', id)
        .where('used_at_ms', 'is', null)
        .where('ends_at_ms', '>', nowMs)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    deleteUnusedFirst: async (): Promise<void> => {
      const unused = tables.deleteFrom('enrolments').where('used_at_ms', 'is', null);
      await unused.where('purpose', '=', 'first-administrator').execute();
    },
    deleteUnusedOf: async (accountId: string): Promise<void> => {
      const unused = tables.deleteFrom('enrolments').where('used_at_ms', 'is', null);
      await unused.where('account_id', '=', accountId).execute();
    },
    wasFirstUsed: async (): Promise<boolean> => {
      const used = tables.selectFrom('enrolments').select('id').where('used_at_ms', 'is not', null);
      return (await used.where('purpose', '=', 'first-administrator').executeTakeFirst()) !== undefined;
    },
  };
}

function enrolmentOf({ id, purpose, account_id, ends_at_ms, used_at_ms }: Omit<Row, 'secret_hash'>): Enrolment {
  return { id, purpose, accountId: account_id, endsAtMs: ends_at_ms, usedAtMs: used_at_ms };
}
