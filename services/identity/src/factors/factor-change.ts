import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import { createNoticeStore, type NoticeKind } from '../notices/notice-store.ts';
import { hashSecret, type RandomBytes } from '../secrets.ts';
import { liftSession, type Opened } from '../sessions/open-session.ts';
import type { Session } from '../sessions/session-store.ts';
import { undoable } from '../undoable.ts';
import { createFactorStore } from './factor-store.ts';
import { isFresh } from './fresh.ts';
import type { ProofDeps } from './proof.ts';
import { hashOfRecoveryCode, newRecoveryCodes } from './recovery-code.ts';
import { type Method, strengthOf } from './strength.ts';

/** Whose factors, and the session in which they ask. */
export type Asker = {
  readonly account: Account;
  readonly session: Session;
  /** What must happen with the change or not at all; it throws to undo both. */
  readonly inTransaction?: () => Promise<void>;
};

/** Why factors are left as they are. */
export type FactorRefusal =
  /** Who changes how they prove who they are has to have proved it lately. */
  | 'stale'
  /** Who has a second factor has to have used it. */
  | 'factor-needed'
  | 'factor-name-form'
  | 'factor-refused'
  | 'factor-exists'
  | 'too-many-factors'
  | 'factor-unknown'
  /** Everybody keeps one. */
  | 'last-factor'
  | 'session-ended';

/** What a person has after something was added: shown this once. */
export type Added = {
  /** Of the first factor. */
  readonly recoveryCodes?: readonly string[];
  /** The session that asked, when the first factor has made it a whole one, under its new secret. */
  readonly opened?: Opened;
};

export type FactorDeps = ProofDeps & {
  readonly randomBytes: RandomBytes;
  readonly isPrivileged: (accountId: string) => Promise<boolean>;
};

type Told = { readonly kind: NoticeKind; readonly subject: string | null };
export type Changing = {
  readonly transaction: Kysely<Tables>;
  readonly isFirst: boolean;
  readonly isPrivileged: boolean;
};

/** What every change of somebody's factors has in common: who may make it, in which order, and that they are told. */
export function createFactorChange(deps: FactorDeps) {
  const { tables, nowMs, secrets, randomBytes } = deps;

  const flawOf = async ({ account, session }: Asker): Promise<'stale' | 'factor-needed' | undefined> => {
    if (!isFresh(session, nowMs())) return 'stale';
    const isWhole = strengthOf(session.methods).level !== 'aal1';
    return !isWhole && (await createFactorStore(tables).hasSecond(account.id)) ? 'factor-needed' : undefined;
  };

  /** With the account held, so that two changes at once come one after the other; told to the person in the same breath. */
  const change = async <Value>(
    asker: Asker,
    { kind, subject }: Told,
    work: (changing: Changing) => Promise<Result<Value, FactorRefusal>>,
  ): Promise<Result<Value, FactorRefusal>> => {
    const isPrivileged = await deps.isPrivileged(asker.account.id);
    return undoable(tables, async (transaction) => {
      if (!(await createAccountStore(transaction).holdActive({ id: asker.account.id })))
        return refused('session-ended');
      const isFirst = !(await createFactorStore(transaction).hasSecond(asker.account.id));
      const result = await work({ transaction, isFirst, isPrivileged });
      if (!result.ok) return result;
      const notice = { id: secrets.newId('ntc'), kind, subject, atMs: nowMs() };
      await createNoticeStore(transaction).insert(asker.account.id, notice);
      await asker.inTransaction?.();
      return result;
    });
  };

  const makeRecoveryCodes = async ({ transaction }: Changing, { account }: Asker): Promise<readonly string[]> => {
    const codes = newRecoveryCodes(randomBytes);
    const hashes = codes.map((code) => hashOfRecoveryCode(code) ?? hashSecret(code));
    await createFactorStore(transaction).recoveryCodes.replace(account.id, hashes);
    return codes;
  };

  /** The first factor comes with recovery codes, and makes the session that proved it a whole one. */
  const finishAdding = async (
    changing: Changing,
    asker: Asker,
    method: Method,
  ): Promise<Result<Added, 'session-ended'>> => {
    const { transaction, isFirst, isPrivileged } = changing;
    if (!isFirst) return ok({});
    const recoveryCodes = await makeRecoveryCodes(changing, asker);
    const methods = [...asker.session.methods, method];
    const lifting = { account: asker.account, session: asker.session, methods, isPrivileged };
    const opened = await liftSession(lifting, { transaction, secrets, nowMs: nowMs() });
    return opened === undefined ? refused('session-ended') : ok({ recoveryCodes, opened });
  };

  return { flawOf, change, makeRecoveryCodes, finishAdding };
}

export type FactorChange = ReturnType<typeof createFactorChange>;
