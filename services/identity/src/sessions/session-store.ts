import type { Kysely, Selectable, Tables } from '@modelward/storage';
import { type Account, accountColumns, accountOf } from '../accounts/account-store.ts';

type Row = Selectable<Tables['sessions']>;

/** Signed-in time of a person. */
export type Session = {
  readonly id: string;
  readonly accountId: string;
  readonly openedAtMs: number;
  readonly lastUsedAtMs: number;
  /** However much it is used. */
  readonly endsAtMs: number;
  readonly endedAtMs: number | null;
};

const columns = [
  'sessions.id as session_id',
  'sessions.account_id',
  'sessions.opened_at_ms',
  'sessions.last_used_at_ms',
  'sessions.ends_at_ms',
  'sessions.ended_at_ms',
] as const;

export function createSessionStore(tables: Kysely<Tables>) {
  return {
    insert: async (session: Session, secretHash: string): Promise<void> => {
      const { id, accountId, openedAtMs, lastUsedAtMs, endsAtMs, endedAtMs } = session;
      const times = {
        opened_at_ms: openedAtMs,
        last_used_at_ms: lastUsedAtMs,
        ends_at_ms: endsAtMs,
        ended_at_ms: endedAtMs,
      };
      await tables
        .insertInto('sessions')
        .values({ id, secret_hash: secretHash, account_id: accountId, ...times })
        .execute();
    },
    findBySecret: async (secretHash: string): Promise<{ account: Account; session: Session } | undefined> => {
      const row = await tables
        .selectFrom('sessions')
        .innerJoin('accounts', 'accounts.id', 'sessions.account_id')
        .select(columns)
        .select(accountColumns)
        .where('sessions.secret_hash', '=', secretHash)
        .executeTakeFirst();
      return row && { account: accountOf(row), session: sessionOf(row) };
    },
    /** The session as ended; undefined when there was none that was not yet. */
    end: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<Session | undefined> => {
      const row = await tables
        .updateTable('sessions')
        .set({ ended_at_ms: nowMs })
        .where('id', '=', id)
        .where('ended_at_ms', 'is', null)
        .returning(columns)
        .executeTakeFirst();
      return row && sessionOf(row);
    },
    endAllOf: async ({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<void> => {
      await tables
        .updateTable('sessions')
        .set({ ended_at_ms: nowMs })
        .where('account_id', '=', accountId)
        .where('ended_at_ms', 'is', null)
        .execute();
    },
    setLastUsed: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<void> => {
      await tables.updateTable('sessions').set({ last_used_at_ms: nowMs }).where('id', '=', id).execute();
    },
  };
}

function sessionOf(row: Omit<Row, 'id' | 'secret_hash'> & { readonly session_id: string }): Session {
  return {
    id: row.session_id,
    accountId: row.account_id,
    openedAtMs: row.opened_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    endsAtMs: row.ends_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}
