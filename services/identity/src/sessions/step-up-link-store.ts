import type { Kysely, Selectable, Tables } from '@modelward/storage';

type Row = Selectable<Tables['step_up_links']>;

/** A program's wish that its person proves more, where a passkey can be used: in a browser. */
export type StepUpLink = {
  readonly sessionId: string;
  readonly code: string;
  readonly endsAtMs: number;
  readonly approvedAtMs: number | null;
};

export function createStepUpLinkStore(tables: Kysely<Tables>) {
  return {
    /** In the place of an earlier one of the same session. */
    replace: async ({ sessionId, code, endsAtMs }: StepUpLink, secretHash: string): Promise<void> => {
      const values = { secret_hash: secretHash, code, ends_at_ms: endsAtMs, approved_at_ms: null };
      await tables
        .insertInto('step_up_links')
        .values({ session_id: sessionId, ...values })
        .onConflict((conflict) => conflict.column('session_id').doUpdateSet(values))
        .execute();
    },
    findBySecret: async (secretHash: string): Promise<StepUpLink | undefined> => {
      const query = tables.selectFrom('step_up_links').selectAll().where('secret_hash', '=', secretHash);
      const row = await query.executeTakeFirst();
      return row && linkOf(row);
    },
    findOf: async (sessionId: string): Promise<StepUpLink | undefined> => {
      const query = tables.selectFrom('step_up_links').selectAll().where('session_id', '=', sessionId);
      const row = await query.executeTakeFirst();
      return row && linkOf(row);
    },
    /** Whether this call is the one that approves it. */
    approve: async ({ sessionId, code, nowMs }: Pick<StepUpLink, 'sessionId' | 'code'> & { nowMs: number }) => {
      const { numUpdatedRows } = await tables
        .updateTable('step_up_links')
        .set({ approved_at_ms: nowMs })
        .where('session_id', '=', sessionId)
        .where('code', '=', code)
        .where('approved_at_ms', 'is', null)
        .where('ends_at_ms', '>', nowMs)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    /** Whether this call is the one that takes what was approved. */
    take: async ({ sessionId, nowMs }: { sessionId: string; nowMs: number }): Promise<boolean> => {
      const { numDeletedRows } = await tables
        .deleteFrom('step_up_links')
        .where('session_id', '=', sessionId)
        .where('approved_at_ms', 'is not', null)
        .where('ends_at_ms', '>', nowMs)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

function linkOf({ session_id, code, ends_at_ms, approved_at_ms }: Row): StepUpLink {
  return { sessionId: session_id, code, endsAtMs: ends_at_ms, approvedAtMs: approved_at_ms };
}
