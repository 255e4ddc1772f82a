import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { type Account, accountColumns, accountOf } from '../accounts/account-store.ts';
import type { Method } from '../factors/strength.ts';
import { limits } from '../limits.ts';

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
  /** What the person proved; how strong the session is follows from it alone. */
  readonly methods: readonly Method[];
  /** When they last proved it: `auth_time`. */
  readonly authenticatedAtMs: number;
  readonly idleMs: number;
  readonly client: Row['client'];
};

const columns = [
  'sessions.id as session_id',
  'sessions.account_id',
  'sessions.opened_at_ms',
  'sessions.last_used_at_ms',
  'sessions.ends_at_ms',
  'sessions.ended_at_ms',
  'sessions.methods',
  'sessions.authenticated_at_ms',
  'sessions.idle_ms',
  'sessions.client',
] as const;

type Read = Omit<Row, 'id' | 'secret_hash' | 'failures'> & { readonly session_id: string };

export type Lift = Pick<Session, 'id' | 'methods' | 'endsAtMs' | 'idleMs'> & {
  readonly secretHash: string;
  readonly nowMs: number;
};

export function createSessionStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('sessions').select(columns);
  const update = () => tables.updateTable('sessions').where('ended_at_ms', 'is', null);
  return {
    insert: async (session: Session, secretHash: string): Promise<void> => {
      await tables.insertInto('sessions').values(rowOf(session, secretHash)).execute();
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
    findById: async (id: string): Promise<Session | undefined> => {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row && sessionOf(row);
    },
    /** Those that are good, the one last used first. */
    listLive: async ({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<readonly Session[]> => {
      const rows = await select()
        .where('account_id', '=', accountId)
        .where('ended_at_ms', 'is', null)
        .where('ends_at_ms', '>', nowMs)
        .where(sql<boolean>`last_used_at_ms + idle_ms > ${nowMs}`)
        .orderBy('last_used_at_ms', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(sessionOf);
    },
    /** The session as ended; undefined when there was none that was not yet. */
    end: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<Session | undefined> => {
      const query = update().set({ ended_at_ms: nowMs }).where('id', '=', id);
      const row = await query.returning(columns).executeTakeFirst();
      return row && sessionOf(row);
    },
    /** All of an account, but for one that may stay. */
    endAllOf: async ({ accountId, nowMs, except }: { accountId: string; nowMs: number; except?: string }) => {
      const all = update().set({ ended_at_ms: nowMs }).where('account_id', '=', accountId);
      await (except === undefined ? all : all.where('id', '!=', except)).execute();
    },
    setLastUsed: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<void> => {
      await tables.updateTable('sessions').set({ last_used_at_ms: nowMs }).where('id', '=', id).execute();
    },
    /** What was proved anew, under a secret of its own: the one from before is none any more (ASVS 7.2.4). */
    lift: async ({ id, methods, endsAtMs, idleMs, secretHash, nowMs }: Lift): Promise<Session | undefined> => {
      const row = await update()
        .set({ secret_hash: secretHash, methods: JSON.stringify(methods), failures: 0 })
        .set({ authenticated_at_ms: nowMs, last_used_at_ms: nowMs, ends_at_ms: endsAtMs, idle_ms: idleMs })
        .where('id', '=', id)
        .returning(columns)
        .executeTakeFirst();
      return row && sessionOf(row);
    },
    /** Counts an attempt before it is looked at, so that many at once are no way round; false when there were too many. */
    countAttempt: async (id: string): Promise<boolean> => {
      const query = update().set({ failures: sql<number>`failures + 1` }).where('id', '=', id);
      const { numUpdatedRows } = await query
        .where('failures', '<', limits.factors.failuresOfSession)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
  };
}

function rowOf(session: Session, secretHash: string): Row {
  return {
    id: session.id,
    secret_hash: secretHash,
    account_id: session.accountId,
    opened_at_ms: session.openedAtMs,
    last_used_at_ms: session.lastUsedAtMs,
    ends_at_ms: session.endsAtMs,
    ended_at_ms: session.endedAtMs,
    methods: JSON.stringify(session.methods),
    authenticated_at_ms: session.authenticatedAtMs,
    idle_ms: session.idleMs,
    failures: 0,
    client: session.client,
  };
}

function sessionOf(row: Read): Session {
  return {
    id: row.session_id,
    accountId: row.account_id,
    openedAtMs: row.opened_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    endsAtMs: row.ends_at_ms,
    endedAtMs: row.ended_at_ms,
    methods: JSON.parse(row.methods) as Method[],
    authenticatedAtMs: row.authenticated_at_ms,
    idleMs: row.idle_ms,
    client: row.client,
  };
}
