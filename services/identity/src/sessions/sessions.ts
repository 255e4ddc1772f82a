import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import type { Account } from '../accounts/account-store.ts';
import { noteUse } from '../last-use.ts';
import { hashSecret, isSecret } from '../secrets.ts';
import { type Opened, openSession } from './open-session.ts';
import { createSessionStore, type Session } from './session-store.ts';
import { createSignIn, type SignInDeps } from './sign-in.ts';
import { createStepUp } from './step-up.ts';

/** Sessions: how somebody signs in, proves more, and for how long that is good. */
export function createSessions(deps: SignInDeps) {
  const { tables, nowMs, secrets } = deps;
  const store = createSessionStore(tables);

  /** For somebody who has proved in this very transaction who they are, by a one-time secret that was used up in it. */
  const openWithin = (transaction: Kysely<Tables>, account: Account): Promise<Opened> =>
    openSession(
      { account, methods: ['password'], client: 'program', isPrivileged: false },
      { transaction, secrets, nowMs: nowMs() },
    );

  const identify = async (
    secret: string,
  ): Promise<Result<{ account: Account; session: Session }, 'unknown' | 'expired' | 'ended' | 'suspended'>> => {
    const found = isSecret(secret, 'mw_ses') ? await store.findBySecret(hashSecret(secret)) : undefined;
    if (found === undefined) return refused('unknown');
    const { account, session } = found;
    const now = nowMs();
    if (account.state !== 'active') return refused('suspended');
    if (session.endedAtMs !== null) return refused('ended');
    if (now >= session.endsAtMs || now >= session.lastUsedAtMs + session.idleMs) return refused('expired');
    const write = () => store.setLastUsed({ id: session.id, nowMs: now });
    await noteUse({ lastUsedAtMs: session.lastUsedAtMs, nowMs: now, write });
    return ok(found);
  };

  return {
    ...createSignIn(deps),
    ...createStepUp(deps),
    openWithin,
    identify,
    /** Those of an account that are good, the one last used first. */
    list: (accountId: string) => store.listLive({ accountId, nowMs: nowMs() }),
    findById: store.findById,
    /** The session as ended; undefined when there is none, or it had ended. */
    end: (id: string) => store.end({ id, nowMs: nowMs() }),
    /** Every session of an account, but for one that may stay. */
    endAll: (accountId: string, except?: string) =>
      store.endAllOf({ accountId, nowMs: nowMs(), ...(except === undefined ? {} : { except }) }),
  };
}
