import type { Kysely, Tables } from '@modelward/storage';
import type { Account } from '../accounts/account-store.ts';
import { type Method, strengthOf } from '../factors/strength.ts';
import { limits } from '../limits.ts';
import { hashSecret, type Secrets } from '../secrets.ts';
import { createSessionStore, type Session } from './session-store.ts';

export type Opened = { readonly secret: string; readonly session: Session; readonly account: Account };

export type Client = Session['client'];

type Deps = { readonly transaction: Kysely<Tables>; readonly secrets: Secrets; readonly nowMs: number };

type Opening = {
  readonly account: Account;
  readonly methods: readonly Method[];
  readonly client: Client;
  /** Its roles can harm everybody: it may rest less. */
  readonly isPrivileged: boolean;
};

/** A new session of somebody who has proved who they are. Of too many, the one that was used least recently ends. */
export async function openSession(opening: Opening, { transaction, secrets, nowMs }: Deps): Promise<Opened> {
  const { account, methods, client, isPrivileged } = opening;
  const store = createSessionStore(transaction);
  const live = await store.listLive({ accountId: account.id, nowMs });
  for (const { id } of live.slice(limits.sessions.live - 1)) await store.end({ id, nowMs });
  const secret = secrets.newSecret('mw_ses');
  const session: Session = {
    id: secrets.newId('ses'),
    accountId: account.id,
    openedAtMs: nowMs,
    lastUsedAtMs: nowMs,
    endsAtMs: endOf({ openedAtMs: nowMs, methods }),
    endedAtMs: null,
    methods,
    authenticatedAtMs: nowMs,
    idleMs: idleOf(isPrivileged),
    client,
  };
  await store.insert(session, hashSecret(secret));
  return { secret, session, account };
}

type Lifting = Pick<Opening, 'account' | 'methods' | 'isPrivileged'> & { readonly session: Session };

/** The same session, as strong as what was proved now, under a new secret. Undefined when it has ended meanwhile. */
export async function liftSession(
  lifting: Lifting,
  { transaction, secrets, nowMs }: Deps,
): Promise<Opened | undefined> {
  const { session: before, account, methods, isPrivileged } = lifting;
  const secret = secrets.newSecret('mw_ses');
  const { id, openedAtMs } = before;
  const endsAtMs = endOf({ openedAtMs, methods });
  const lift = { id, methods, endsAtMs, idleMs: idleOf(isPrivileged), secretHash: hashSecret(secret), nowMs };
  const session = await createSessionStore(transaction).lift(lift);
  return session && { secret, session, account };
}

function idleOf(isPrivileged: boolean): number {
  return isPrivileged ? limits.sessions.privilegedIdleMs : limits.sessions.idleMs;
}

/** One that lacks its second factor is there for getting it, and for nothing else. */
function endOf({ openedAtMs, methods }: Pick<Session, 'openedAtMs' | 'methods'>): number {
  const { longestMs, unfinishedMs } = limits.sessions;
  return openedAtMs + (strengthOf(methods).level === 'aal1' ? unfinishedMs : longestMs);
}
