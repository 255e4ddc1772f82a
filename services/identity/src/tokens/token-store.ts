import type { Kysely, Selectable, Tables } from '@modelward/storage';
import { type Account, accountColumns, accountOf } from '../accounts/account-store.ts';

type Row = Selectable<Tables['tokens']>;

/** A personal access token, or one of a service; its secret is known to its holder alone. */
export type Token = {
  readonly id: string;
  readonly accountId: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly createdAtMs: number;
  readonly endsAtMs: number;
  readonly lastUsedAtMs: number | null;
  readonly revokedAtMs: number | null;
};

/** Everything but the hash, and under names of their own: an account has columns called the same. */
const columns = [
  'tokens.id as token_id',
  'tokens.account_id',
  'tokens.label',
  'tokens.scopes',
  'tokens.created_at_ms as made_at_ms',
  'tokens.ends_at_ms',
  'tokens.last_used_at_ms',
  'tokens.revoked_at_ms',
] as const;

type Read = Pick<Row, 'account_id' | 'label' | 'scopes' | 'ends_at_ms' | 'last_used_at_ms' | 'revoked_at_ms'> & {
  readonly token_id: string;
  readonly made_at_ms: number;
};

export function createTokenStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('tokens').select(columns);
  return {
    insert: async (token: Token, secretHash: string): Promise<void> => {
      await tables.insertInto('tokens').values(rowOf(token, secretHash)).execute();
    },
    list: async (accountId: string): Promise<readonly Token[]> =>
      (await select().where('account_id', '=', accountId).orderBy('created_at_ms', 'desc').orderBy('id').execute()).map(
        tokenOf,
      ),
    findById: async (id: string): Promise<Token | undefined> => {
      const row = await select().where('id', '=', id).executeTakeFirst();
      return row && tokenOf(row);
    },
    countLive: async ({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<number> => {
      const row = await tables
        .selectFrom('tokens')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('account_id', '=', accountId)
        .where('revoked_at_ms', 'is', null)
        .where('ends_at_ms', '>', nowMs)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    findBySecret: async (secretHash: string): Promise<{ account: Account; token: Token } | undefined> => {
      const row = await tables
        .selectFrom('tokens')
        .innerJoin('accounts', 'accounts.id', 'tokens.account_id')
        .select(columns)
        .select(accountColumns)
        .where('tokens.secret_hash', '=', secretHash)
        .executeTakeFirst();
      return row && { account: accountOf(row), token: tokenOf(row) };
    },
    /** The token as revoked; undefined when there was none that was not yet. */
    revoke: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<Token | undefined> => {
      const row = await tables
        .updateTable('tokens')
        .set({ revoked_at_ms: nowMs })
        .where('id', '=', id)
        .where('revoked_at_ms', 'is', null)
        .returning(columns)
        .executeTakeFirst();
      return row && tokenOf(row);
    },
    revokeAllOf: async ({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<void> => {
      await tables
        .updateTable('tokens')
        .set({ revoked_at_ms: nowMs })
        .where('account_id', '=', accountId)
        .where('revoked_at_ms', 'is', null)
        .execute();
    },
    setLastUsed: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<void> => {
      await tables.updateTable('tokens').set({ last_used_at_ms: nowMs }).where('id', '=', id).execute();
    },
  };
}

function rowOf(token: Token, secretHash: string): Row {
  return {
    id: token.id,
    secret_hash: secretHash,
    account_id: token.accountId,
    label: token.label,
    scopes: JSON.stringify(token.scopes),
    created_at_ms: token.createdAtMs,
    ends_at_ms: token.endsAtMs,
    last_used_at_ms: token.lastUsedAtMs,
    revoked_at_ms: token.revokedAtMs,
  };
}

function tokenOf(row: Read): Token {
  return {
    id: row.token_id,
    accountId: row.account_id,
    label: row.label,
    scopes: JSON.parse(row.scopes) as string[],
    createdAtMs: row.made_at_ms,
    endsAtMs: row.ends_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
    revokedAtMs: row.revoked_at_ms,
  };
}
