import { fromBase64, fromUtf8, ok, type Result, refused } from '@modelward/basics';
import type { Refusal } from '@modelward/interfaces';
import type { Exchange, GatewayDeps } from '../exchange.ts';

/** Exactly one credential: a personal access token, as Bearer or as the password of Basic. A cookie is none here. */
export async function identify(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const secret = readSecret(exchange.head.headers.authorization);
  if (!secret.ok) return secret.reason === 'two' ? { reason: 'two-credentials' } : unauthenticated(secret.reason);
  const found = await deps.identifyToken(secret.value);
  if (!found.ok) return unauthenticated(found.reason);
  exchange.identity = { ...found.value, authentication: { level: 'none', credential: 'personal-token' } };
  return undefined;
}

type Why = Extract<Refusal, { why: string }>['why'];

function unauthenticated(why: Why): Refusal {
  return { reason: 'unauthenticated', why };
}

function readSecret(authorization: string | undefined): Result<string, 'missing' | 'unknown' | 'two'> {
  if (authorization === undefined) return refused('missing');
  // A list is how a proxy joins two headers of one name (RFC 9110 section 5.3).
  if (authorization.includes(',')) return refused('two');
  const [scheme = '', value = '', ...more] = authorization.split(' ');
  if (value === '' || more.length > 0) return refused('unknown');
  if (scheme.toLowerCase() === 'bearer') return ok(value);
  return scheme.toLowerCase() === 'basic' ? passwordOf(value) : refused('unknown');
}

/** The user name of Basic says nothing, the token knows whose it is; unless it is a token itself, and then one too many. */
function passwordOf(value: string): Result<string, 'unknown' | 'two'> {
  const bytes = fromBase64(value);
  const text = bytes && fromUtf8(bytes);
  const at = text?.indexOf(':') ?? -1;
  if (text === undefined || at < 0) return refused('unknown');
  return text.slice(0, at).startsWith('mw_') ? refused('two') : ok(text.slice(at + 1));
}
