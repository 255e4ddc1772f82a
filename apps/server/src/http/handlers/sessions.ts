import { ok, refused } from '@modelward/basics';
import { explainRefusal, type Opened, type SignInRefusal } from '@modelward/identity';
import type { Exchange } from '../deps.ts';
import type { Handler, OpenHandler } from '../handler.ts';
import { type DecisionDraft, recordDecision } from '../record.ts';
import { type ControlRefusal, conflict } from '../refusal.ts';

/** Signing in. The decision is in the record before there is a session, or there is none. */
export const openSession: OpenHandler<'sessions.open'> = async ({ question, exchange, deps }) => {
  const { name, password } = question;
  const inTransaction = (opened: Opened) => recordDecision(exchange, deps, decisionOf(opened));
  const opened = await deps.identity.sessions.open({ name, password, source: exchange.source, inTransaction });
  if (!opened.ok) return refused(signInRefusal(opened.reason));
  const { account, secret, session } = opened.value;
  const changes = [{ what: 'session.opened', subject: account.id, detail: { session: session.id } }] as const;
  return ok({ output: { account, session: { secret, endsAtMs: session.endsAtMs } }, changes });
};

function decisionOf({ account, session }: Opened): DecisionDraft {
  return {
    actor: { kind: account.kind, id: account.id },
    authentication: { level: 'aal1', credential: 'password-session', credentialId: session.id },
    asked: [{ action: 'sessions.open', resource: { type: 'Account', id: account.id } }],
    allowed: true,
    reasons: ['password'],
  };
}

function signInRefusal(reason: SignInRefusal): ControlRefusal {
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
    if (credential !== 'password-session') {
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
  perform: async ({ caller: { account, authentication, scopes }, deps }) =>
    ok({
      output: { account, credential: credentialOf(authentication, scopes), trackingUri: deps.trackingUri },
      changes: [],
    }),
};

function credentialOf(
  { credential, credentialId, level }: NonNullable<Exchange['caller']>['authentication'],
  scopes: readonly string[] | undefined,
) {
  const kind = credential === 'personal-token' ? credential : 'password-session';
  return { kind, id: credentialId, level, ...(scopes === undefined ? {} : { scopes: [...scopes] }) } as const;
}

export const sessionHandlers = { 'sessions.end': end, me };
