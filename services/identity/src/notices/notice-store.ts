import type { Kysely, Tables } from '@modelward/storage';
import { limits } from '../limits.ts';

/** Something about their account that a person has to learn of, so that they can say "not me". */
export type NoticeKind =
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-copied'
  | 'totp-added'
  | 'totp-removed'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'password-changed'
  | 'factors-reset';

export type Notice = {
  readonly id: string;
  readonly kind: NoticeKind;
  /** The name that the person gave to what it is about. */
  readonly subject: string | null;
  readonly atMs: number;
};

export function createNoticeStore(tables: Kysely<Tables>) {
  return {
    insert: async (accountId: string, { id, kind, subject, atMs }: Notice): Promise<void> => {
      await tables.insertInto('notices').values({ id, account_id: accountId, kind, subject, at_ms: atMs }).execute();
    },
    /** The newest first. */
    list: async (accountId: string): Promise<readonly Notice[]> => {
      const query = tables.selectFrom('notices').selectAll().where('account_id', '=', accountId);
      const rows = await query.orderBy('at_ms', 'desc').orderBy('id').limit(limits.notices.listed).execute();
      return rows.map(({ id, kind, subject, at_ms }) => ({ id, kind: kind as NoticeKind, subject, atMs: at_ms }));
    },
  };
}
