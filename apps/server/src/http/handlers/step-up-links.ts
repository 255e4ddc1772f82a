import { ok, refused } from '@modelward/basics';
import type { PasskeyAnswer } from '@modelward/identity';
import type { Handler, OpenHandler } from '../handler.ts';
import { authenticationOf } from '../identify.ts';
import { recordDecision } from '../record.ts';
import type { ControlRefusal } from '../refusal.ts';
import { needSession } from './own-sessions.ts';
import { shownSession } from './sessions.ts';

const gone: ControlRefusal = {
  code: 'not-found',
  message: 'this link is not one of ours, has ended, or was answered before',
  next: 'ask for a new one where the old one came from',
};

const begin: Handler<'step-up-links.begin'> = {
  perform: async ({ caller, deps }) => {
    const session = needSession(caller);
    if (!session.ok) return session;
    const { secret, ...begun } = await deps.identity.stepUpLinks.begin({ ...caller, session: session.value });
    return ok({ output: { ...begun, link: `${deps.publicUrl}/step-up#secret=${secret}` }, changes: [] });
  },
};

export const look: OpenHandler<'step-up-links.look'> = async ({ question, deps }) => {
  const found = await deps.identity.stepUpLinks.look(question.secret);
  if (found === undefined) return refused(gone);
  const { account, session, code, options } = found;
  return ok({
    output: { name: account.name, openedAtMs: session.openedAtMs, code, options: { ...options } },
    changes: [],
  });
};

/** The decision is in the record before the session can become stronger. */
export const approve: OpenHandler<'step-up-links.approve'> = async ({ question, exchange, deps }) => {
  const approved = await deps.identity.stepUpLinks.approve({
    secret: question.secret,
    answer: question.passkey as PasskeyAnswer,
    inTransaction: ({ account, session }) =>
      recordDecision(exchange, deps, {
        actor: { kind: account.kind, id: account.id },
        authentication: authenticationOf({ ...session, methods: ['passkey'] }),
        asked: [{ action: 'step-up-links.approve', resource: { type: 'Account', id: account.id } }],
        allowed: true,
        reasons: ['passkey'],
      }),
  });
  if (approved.ok) return ok({ output: {}, changes: [] });
  if (approved.reason === 'unknown') return refused(gone);
  return refused({
    code: 'factor-refused',
    message: 'that passkey is not right for this',
    next: 'use one of your own, for this account',
  });
};

const collect: Handler<'step-up-links.collect'> = {
  perform: async ({ caller, deps }) => {
    const session = needSession(caller);
    if (!session.ok) return session;
    const collected = await deps.identity.stepUpLinks.collect({ ...caller, session: session.value });
    if (collected.ok) {
      const detail = { session: session.value.id, methods: 'passkey' };
      const changes = [{ what: 'session.lifted', subject: caller.account.id, detail }] as const;
      return ok({ output: { session: await shownSession(collected.value, deps) }, changes });
    }
    if (collected.reason === 'unknown') return refused(gone);
    return refused({ code: 'waiting', message: 'nobody has said yes so far', next: 'ask again in a few seconds' });
  },
};

export const stepUpLinkHandlers = { 'step-up-links.begin': begin, 'step-up-links.collect': collect };
