import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { isAccountName } from '../accounts/account-name.ts';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import { noteUse } from '../last-use.ts';
import { limits } from '../limits.ts';
import type { PasswordHashing } from '../passwords/hashing.ts';
import { hashSecret, isSecret, type Secrets } from '../secrets.ts';
import { createSessionStore, type Session } from './session-store.ts';
import { createThrottle } from './throttle.ts';

export type SignIn = {
  readonly name: string;
  readonly password: string;
  /** Where the attempt comes from, as coarse as failures shall be counted together. */
  readonly source: string;
  /** What must happen before the session can be used or not at all; it throws to undo both. */
  readonly inTransaction?: (opened: Opened) => Promise<void>;
};

export type SignInRefusal = 'refused' | 'busy' | { readonly throttledSeconds: number };

export type Opened = { readonly secret: string; readonly session: Session; readonly account: Account };

type Beginning = {
  readonly account: Account;
  readonly passwordHash: string;
  readonly inTransaction: SignIn['inTransaction'];
};

type Deps = {
  readonly tables: Kysely<Tables>;
  readonly nowMs: () => number;
  readonly secrets: Secrets;
  readonly hashing: PasswordHashing;
};

/** Sessions: signing in with a password, and for how long that is good. */
export function createSessions({ tables, nowMs, secrets, hashing }: Deps) {
  const store = createSessionStore(tables);
  const accounts = createAccountStore(tables);
  const throttle = createThrottle(nowMs);

  /** Every failure costs one verification and has one answer, so that nobody learns which accounts there are. */
  const open = async ({ name, password, source, inTransaction }: SignIn): Promise<Result<Opened, SignInRefusal>> => {
    // What cannot be a name is counted as one: there is no end of them.
    const attempt = { name: isAccountName(name) ? name : '', source };
    const throttledSeconds = throttle.begin(attempt);
    if (throttledSeconds > 0) return refused({ throttledSeconds });
    const found = await accounts.findWithPassword(attempt.name);
    const passwordHash =
      found?.account.kind === 'person' && found.account.state === 'active' ? found.passwordHash : null;
    const verified = await hashing.verify(password, passwordHash);
    if (!verified.ok) return verified;
    const opened =
      verified.value && found && passwordHash && (await begin({ account: found.account, passwordHash, inTransaction }));
    if (!opened) return refused('refused');
    throttle.forgive(attempt);
    return ok(opened);
  };

  const begin = ({ account, passwordHash, inTransaction }: Beginning): Promise<Opened | undefined> =>
    tables.transaction().execute(async (transaction) => {
      const isStillGood = await createAccountStore(transaction).holdActive({ id: account.id, passwordHash });
      if (!isStillGood) return undefined;
      const opened = await openWithin(transaction, account);
      await inTransaction?.(opened);
      return opened;
    });

  /** For somebody who has proved in this very transaction who they are, by a one-time secret that was used up in it. */
  const openWithin = async (transaction: Kysely<Tables>, account: Account): Promise<Opened> => {
    const secret = secrets.newSecret('mw_ses');
    const session = newSession({ id: secrets.newId('ses'), accountId: account.id, nowMs: nowMs() });
    await createSessionStore(transaction).insert(session, hashSecret(secret));
    return { secret, session, account };
  };

  const identify = async (
    secret: string,
  ): Promise<Result<{ account: Account; session: Session }, 'unknown' | 'expired' | 'ended' | 'suspended'>> => {
    const found = isSecret(secret, 'mw_ses') ? await store.findBySecret(hashSecret(secret)) : undefined;
    if (found === undefined) return refused('unknown');
    const { account, session } = found;
    const now = nowMs();
    if (account.state !== 'active') return refused('suspended');
    if (session.endedAtMs !== null) return refused('ended');
    if (now >= session.endsAtMs || now >= session.lastUsedAtMs + limits.sessions.idleMs) return refused('expired');
    const write = () => store.setLastUsed({ id: session.id, nowMs: now });
    await noteUse({ lastUsedAtMs: session.lastUsedAtMs, nowMs: now, write });
    return ok(found);
  };

  /** The session as ended; undefined when there is none, or it had ended. */
  const end = (id: string) => store.end({ id, nowMs: nowMs() });

  return { open, openWithin, identify, end };
}

function newSession({ id, accountId, nowMs }: { id: string; accountId: string; nowMs: number }): Session {
  const endsAtMs = nowMs + limits.sessions.longestMs;
  return { id, accountId, openedAtMs: nowMs, lastUsedAtMs: nowMs, endsAtMs, endedAtMs: null };
}
