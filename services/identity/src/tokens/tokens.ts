import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import { noteUse } from '../last-use.ts';
import { limits } from '../limits.ts';
import { hashSecret, isSecret, type Secrets } from '../secrets.ts';
import { createTokenStore, type Token } from './token-store.ts';

export type NewToken = {
  readonly account: Pick<Account, 'id'>;
  readonly label: string;
  /** What they mean is for whoever decides; here they are kept as they are. */
  readonly scopes: readonly string[];
  /** Eight hours unless told. */
  readonly lifetimeSeconds?: number;
};

export type NewTokenRefusal =
  | 'label-form'
  | 'scopes-form'
  | 'lifetime'
  /** The account is suspended, or its person has not set a password yet. */
  | 'account-not-active'
  | 'too-many-tokens';

type Deps = { readonly tables: Kysely<Tables>; readonly nowMs: () => number; readonly secrets: Secrets };

/** Personal access tokens and those of services: bearers that are bound to no key. */
export function createTokens({ tables, nowMs, secrets }: Deps) {
  const store = createTokenStore(tables);
  const accounts = createAccountStore(tables);

  const create = async (wanted: NewToken): Promise<Result<{ secret: string; token: Token }, NewTokenRefusal>> => {
    const flaw = tokenFlaw(wanted);
    if (flaw !== undefined) return refused(flaw);
    const account = await accounts.findById(wanted.account.id);
    if (account?.state !== 'active') return refused('account-not-active');
    const now = nowMs();
    if ((await store.countLive({ accountId: account.id, nowMs: now })) >= limits.tokens.live) {
      return refused('too-many-tokens');
    }
    const secret = secrets.newSecret('mw_pat');
    const token: Token = {
      id: secrets.newId('tok'),
      accountId: account.id,
      label: wanted.label,
      scopes: wanted.scopes,
      createdAtMs: now,
      endsAtMs: now + (wanted.lifetimeSeconds ?? limits.tokens.usualSeconds) * 1000,
      lastUsedAtMs: null,
      revokedAtMs: null,
    };
    await store.insert(token, hashSecret(secret));
    return ok({ secret, token });
  };

  const identify = async (
    secret: string,
  ): Promise<Result<{ account: Account; token: Token }, 'unknown' | 'expired' | 'revoked' | 'suspended'>> => {
    const found = isSecret(secret, 'mw_pat') ? await store.findBySecret(hashSecret(secret)) : undefined;
    if (found === undefined) return refused('unknown');
    const { account, token } = found;
    const now = nowMs();
    if (account.state !== 'active') return refused('suspended');
    if (token.revokedAtMs !== null) return refused('revoked');
    if (now >= token.endsAtMs) return refused('expired');
    const write = () => store.setLastUsed({ id: token.id, nowMs: now });
    await noteUse({ lastUsedAtMs: token.lastUsedAtMs, nowMs: now, write });
    return ok(found);
  };

  return {
    create,
    identify,
    /** All that an account ever had, the newest first. */
    list: store.list,
    findById: store.findById,
    /** The token as revoked; undefined when there is none, or it was revoked before. */
    revoke: (id: string) => store.revoke({ id, nowMs: nowMs() }),
  };
}

/** One line that a terminal may show as it is. */
const plainText = /^[^\p{C}\p{Zl}\p{Zp}]+$/u;

function tokenFlaw({ label, scopes, lifetimeSeconds }: NewToken): NewTokenRefusal | undefined {
  const { labelCharacters, scopeCharacters, shortestSeconds, usualSeconds, longestSeconds } = limits.tokens;
  if (label.trim() === '' || label.length > labelCharacters || !plainText.test(label)) return 'label-form';
  if (scopes.length === 0 || scopes.length > limits.tokens.scopes) return 'scopes-form';
  if (!scopes.every((scope) => scope.length <= scopeCharacters && plainText.test(scope))) return 'scopes-form';
  const seconds = lifetimeSeconds ?? usualSeconds;
  return Number.isSafeInteger(seconds) && seconds >= shortestSeconds && seconds <= longestSeconds
    ? undefined
    : 'lifetime';
}
