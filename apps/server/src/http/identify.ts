import { ok, type Result, refused } from '@modelward/basics';
import { type Session, strengthOf } from '@modelward/identity';
import { twoCredentials } from './admit.ts';
import type { Caller, ControlDeps } from './deps.ts';
import { type ControlRefusal, unauthenticated } from './refusal.ts';

/** Who asks, from `Authorization: Bearer` alone. Nothing here accepts a cookie or Basic. */
export async function identify(
  authorization: string | undefined,
  { identity }: ControlDeps,
): Promise<Result<Caller, ControlRefusal>> {
  if (authorization === undefined) return refused(unauthenticated('missing'));
  if (authorization.includes(',')) return refused(twoCredentials);
  const secret = /^bearer ([\w-]{1,200})$/i.exec(authorization)?.[1];
  if (secret?.startsWith('mw_ses_') === true) return identifySession(secret, identity);
  if (secret?.startsWith('mw_pat_') === true) return identifyToken(secret, identity);
  return refused(unauthenticated('unknown'));
}

async function identifySession(
  secret: string,
  { sessions }: ControlDeps['identity'],
): Promise<Result<Caller, ControlRefusal>> {
  const found = await sessions.identify(secret);
  if (!found.ok) return refused(unauthenticated(found.reason));
  const { account, session } = found.value;
  return ok({ account, authentication: authenticationOf(session), session, scopes: undefined });
}

/** What the record says of a session: how it was opened, and with what. */
export function authenticationOf({ id, methods }: Session): Caller['authentication'] {
  const { level } = strengthOf(methods);
  const credential = methods.includes('password') ? 'password-session' : 'passkey-session';
  return { level, credential, credentialId: id, methods: [...methods] };
}

/** A token is bound to no key: its level is none, and nothing lifts it. */
async function identifyToken(
  secret: string,
  { tokens }: ControlDeps['identity'],
): Promise<Result<Caller, ControlRefusal>> {
  const found = await tokens.identify(secret);
  if (!found.ok) return refused(unauthenticated(found.reason));
  const { account, token } = found.value;
  const authentication = { level: 'none', credential: 'personal-token', credentialId: token.id } as const;
  return ok({ account, authentication, scopes: token.scopes });
}
