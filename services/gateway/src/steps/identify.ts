import { fromBase64, fromUtf8, ok, type Result, refused } from '@modelward/basics';
import type { Refusal } from '@modelward/interfaces';
import type { Exchange, GatewayDeps } from '../exchange.ts';

/** Exactly one credential: a personal access token, as Bearer or as the password of Basic. A cookie is none here. */
export async function identify(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const secret = readSecret(exchange.head.headers.authorization);
  if (!secret.ok) return { reason: 'unauthenticated', why: secret.reason };
  const found = await deps.identifyToken(secret.value);
  if (!found.ok) return { reason: 'unauthenticated', why: found.reason };
  exchange.identity = { ...found.value, authentication: { level: 'none', credential: 'personal-token' } };
  return undefined;
}

function readSecret(authorization: string | undefined): Result<string, 'missing' | 'unknown'> {
  if (authorization === undefined) return refused('missing');
  const [scheme = '', value = '', ...more] = authorization.split(' ');
  if (value === '' || more.length > 0) return refused('unknown');
  if (scheme.toLowerCase() === 'bearer') return ok(value);
  return scheme.toLowerCase() === 'basic' ? passwordOf(value) : refused('unknown');
}

/** The user name of Basic says nothing: the token knows whose it is. */
function passwordOf(value: string): Result<string, 'unknown'> {
  const bytes = fromBase64(value);
  const text = bytes && fromUtf8(bytes);
  const at = text?.indexOf(':') ?? -1;
  return text === undefined || at < 0 ? refused('unknown') : ok(text.slice(at + 1));
}
