import { ok, refused } from '@modelward/basics';
import type { EndpointOutput } from '@modelward/contract';
import { explainRefusal, type Opened, type PasskeyAnswer, type SignInRefusal, strengthOf } from '@modelward/identity';
import { type Caller, type ControlDeps, provedBy } from '../deps.ts';
import type { Handler, OpenHandler } from '../handler.ts';
import { authenticationOf } from '../identify.ts';
import { type DecisionDraft, recordDecision } from '../record.ts';
import { type ControlRefusal, conflict } from '../refusal.ts';

/** Signing in. The decision is in the record before there is a session, or there is none. */
export const openSession: OpenHandler<'sessions.open'> = async ({ question, exchange, deps }) => {
  const { name, password } = question;
  const inTransaction = (opened: Opened) => recordDecision(exchange, deps, decisionOf('sessions.open', opened));
  const opened = await deps.identity.sessions.open({ name, password, source: exchange.source, inTransaction });
  if (!opened.ok) return refused(signInRefusal(opened.reason));
  const { account, secret, session } = opened.value;
  const changes = [{ what: 'session.opened', subject: account.id, detail: { session: session.id } }] as const;
  return ok({ output: { account, session: await shownSession({ secret, session }, deps) }, changes });
};

export const beginPasskeySignIn: OpenHandler<'passkey-sign-ins.begin'> = async ({ deps }) =>
  ok({ output: { options: { ...(await deps.identity.sessions.passkeyOptions()) } }, changes: [] });

export const finishPasskeySignIn: OpenHandler<'passkey-sign-ins.finish'> = async ({ question, exchange, deps }) => {
  const inTransaction = (opened: Opened) =>
    recordDecision(exchange, deps, decisionOf('passkey-sign-ins.finish', opened));
  const answer = question.passkey as PasskeyAnswer;
  const opened = await deps.identity.sessions.openWithPasskey({ answer, source: exchange.source, inTransaction });
  if (!opened.ok) return refused(signInRefusal(opened.reason));
  const { account, session } = opened.value;
  const changes = [{ what: 'session.opened', subject: account.id, detail: { session: session.id } }] as const;
  return ok({ output: { account, session: await shownSession(opened.value, deps) }, changes });
};

/** A session as whoever opened it is told of it, once. */
export async function shownSession(
  { secret, session }: Pick<Opened, 'secret' | 'session'>,
  { identity }: ControlDeps,
): Promise<EndpointOutput<'sessions.open'>['session']> {
  const { level, phishingResistant } = strengthOf(session.methods);
  const hasSecond = level !== 'aal1' || (await identity.factors.hasSecond(session.accountId));
  const missing = level !== 'aal1' ? null : hasSecond ? 'second-factor' : 'factor-setup';
  return { secret, endsAtMs: session.endsAtMs, level, phishingResistant, missing };
}

type SignInEndpoint = 'sessions.open' | 'passkey-sign-ins.finish';

function decisionOf(name: SignInEndpoint, { account, session }: Opened): DecisionDraft {
  return {
    actor: { kind: account.kind, id: account.id },
    authentication: authenticationOf(session),
    asked: [{ action: name, resource: { type: 'Account', id: account.id } }],
    allowed: true,
    reasons: [...session.methods],
  };
}

export function signInRefusal(reason: SignInRefusal): ControlRefusal {
  if (reason === 'refused') {
    return { code: 'unauthenticated', ...explainRefusal('refused'), reasons: ['sign-in-refused'] };
  }
  if (reason === 'busy') return tooBusy;
  const { throttledSeconds } = reason;
  return {
    code: 'too-many-attempts',
    message: 'too many sign-ins have failed from where you are',
    next: `wait ${throttledSeconds} s and try again; an administrator can make a recovery link`,
    reasons: ['sign-in-throttled'],
    retryAfterSeconds: throttledSeconds,
  };
}

/** Passwords cost time by design, and only so many are looked at at once. */
export const tooBusy: ControlRefusal = {
  code: 'too-many-attempts',
  ...explainRefusal('busy'),
  reasons: ['password-queue-full'],
  retryAfterSeconds: 5,
};

const end: Handler<'sessions.end'> = {
  perform: async ({ caller, deps }) => {
    const { credential, credentialId } = caller.authentication;
    if (credential === 'personal-token') {
      const next = 'revoke the token instead: `npx modelward token revoke ID`';
      return refused(conflict('a personal access token has no session that could end', next));
    }
    const ended = await deps.identity.sessions.end(credentialId);
    // Another request ended it between this one's identification and now: there is nothing left to record.
    const changes =
      ended && ([{ what: 'session.ended', subject: caller.account.id, detail: { session: ended.id } }] as const);
    return ok({ output: {}, changes: changes ?? [] });
  },
};

const me: Handler<'me'> = {
  perform: async ({ caller, deps }) =>
    ok({
      output: {
        account: caller.account,
        credential: credentialOf(caller, deps.nowMs()),
        trackingUri: deps.trackingUri,
      },
      changes: [],
    }),
};

function credentialOf(caller: Caller, nowMs: number) {
  const { credential, credentialId, level } = caller.authentication;
  const kind = credential === 'passkey-session' || credential === 'personal-token' ? credential : 'password-session';
  const { phishingResistant = false, ...age } = provedBy(caller, nowMs);
  const scopes = caller.scopes === undefined ? {} : { scopes: [...caller.scopes] };
  return { kind, id: credentialId, level, phishingResistant, ...age, ...scopes } as const;
}

export const sessionHandlers = { 'sessions.end': end, me };
