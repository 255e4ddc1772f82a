import { ok, type Result, refused } from '@modelward/basics';
import { createAccountStore } from '../accounts/account-store.ts';
import type { Asker, FactorChange } from '../factors/factor-change.ts';
import { createFactorStore } from '../factors/factor-store.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import type { SignInDeps } from '../sessions/sign-in.ts';
import { type PasswordRefusal, passwordFlaw } from './rules.ts';

export type PasswordChange = Asker & { readonly source: string; readonly current: string; readonly next: string };

export type PasswordChangeRefusal =
  | PasswordRefusal
  | 'refused'
  | 'busy'
  | 'stale'
  | 'factor-needed'
  | 'session-ended'
  | { readonly throttledSeconds: number };

/** A person's own password: changed by who knows it and has proved the second factor lately. */
export function createPasswords(deps: SignInDeps, { flawOf, change }: FactorChange) {
  const { tables, nowMs, hashing, throttle } = deps;

  const changePassword = async (wanted: PasswordChange): Promise<Result<void, PasswordChangeRefusal>> => {
    const { account, session, source, current, next } = wanted;
    const flaw = await flawOf(wanted);
    if (flaw !== undefined) return refused(flaw);
    const throttledSeconds = throttle.begin({ name: account.name, source });
    if (throttledSeconds > 0) return refused({ throttledSeconds });
    const before = await createAccountStore(tables).findWithPassword(account.name);
    const verified = await hashing.verify(current, before?.passwordHash ?? null);
    if (!verified.ok) return verified;
    if (!verified.value) return refused('refused');
    throttle.forgive({ name: account.name, source });
    const hasFactor = await createFactorStore(tables).hasSecond(account.id);
    const passwordRefusal = passwordFlaw(next, { ...account, hasFactor });
    if (passwordRefusal !== undefined) return refused(passwordRefusal);
    const hashed = await hashing.hash(next);
    if (!hashed.ok) return hashed;
    const changed = await change(wanted, { kind: 'password-changed', subject: null }, async ({ transaction }) => {
      const accounts = createAccountStore(transaction);
      const set = { id: account.id, passwordHash: hashed.value, expected: 'active' } as const;
      if ((await accounts.setPassword(set)) === undefined) return refused('session-ended');
      // Whoever had the old password may be the reason for the new one.
      await createSessionStore(transaction).endAllOf({ accountId: account.id, nowMs: nowMs(), except: session.id });
      return ok(undefined);
    });
    return changed.ok ? changed : refused('session-ended');
  };

  return { change: changePassword };
}
