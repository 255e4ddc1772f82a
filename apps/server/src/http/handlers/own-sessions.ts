import { ok, type Result, refused } from '@modelward/basics';
import type { EndpointQuestion } from '@modelward/contract';
import { explainRefusal, type PasskeyAnswer, type Proof, type Session, type StepUpRefusal } from '@modelward/identity';
import type { Caller } from '../deps.ts';
import type { Handler } from '../handler.ts';
import { type ControlRefusal, conflict, malformed, notFound } from '../refusal.ts';
import { shownSession, signInRefusal } from './sessions.ts';

/** What is about one's own session is nothing for a token: it would let whoever stole it change how its owner signs in. */
export function needSession({ session }: Caller): Result<Session, ControlRefusal> {
  if (session !== undefined) return ok(session);
  return refused({
    code: 'denied',
    message: 'this is for people who are signed in, and not for tokens',
    next: 'sign in with `npx modelward sign-in` and do it from there',
  });
}

const begin: Handler<'step-ups.begin'> = {
  perform: async ({ caller, deps }) => {
    const session = needSession(caller);
    if (!session.ok) return session;
    const options = await deps.identity.sessions.stepUpOptions(session.value);
    return ok({ output: { options: { ...options } }, changes: [] });
  },
};

const finish: Handler<'step-ups.finish'> = {
  perform: async ({ question, caller, exchange, deps }) => {
    const session = needSession(caller);
    if (!session.ok) return session;
    const proof = proofOf(question);
    if (!proof.ok) return proof;
    const { account } = caller;
    const password = question.password === undefined ? {} : { password: question.password };
    const asking = { account, session: session.value, source: exchange.source, ...password, ...proof.value };
    const lifted = await deps.identity.sessions.stepUp(asking);
    if (!lifted.ok) return refused(stepUpRefusal(lifted.reason));
    const detail = { session: session.value.id, methods: lifted.value.session.methods.join(' ') };
    const changes = [{ what: 'session.lifted', subject: account.id, detail }] as const;
    return ok({ output: { session: await shownSession(lifted.value, deps) }, changes });
  },
};

function proofOf({
  totp,
  recoveryCode,
  passkey,
}: EndpointQuestion<'step-ups.finish'>): Result<{ proof?: Proof }, ControlRefusal> {
  const given: Proof[] = [
    ...(totp === undefined ? [] : [{ kind: 'totp', code: totp } as const]),
    ...(recoveryCode === undefined ? [] : [{ kind: 'recovery-code', code: recoveryCode } as const]),
    ...(passkey === undefined ? [] : [{ kind: 'passkey', answer: passkey as PasskeyAnswer } as const]),
  ];
  if (given.length > 1) return refused(malformed('more than one second factor was given', 'give one'));
  return ok(given[0] === undefined ? {} : { proof: given[0] });
}

function stepUpRefusal(reason: StepUpRefusal): ControlRefusal {
  switch (reason) {
    case 'refused':
      return {
        code: 'factor-refused',
        message: 'that is not right, or it was used before',
        next: 'wait for the next code, or use another factor; after five wrong ones in a row the session ends',
      };
    case 'password-needed':
    case 'factor-needed':
      return { code: 'factor-refused', ...explainRefusal(reason) };
    case 'ended':
      return { code: 'unauthenticated', ...explainRefusal('session-ended'), reasons: ['step-up-ended'] };
    default:
      return signInRefusal(reason);
  }
}

const list: Handler<'sessions.list'> = {
  perform: async ({ caller, deps }) => {
    const sessions = await deps.identity.sessions.list(caller.account.id);
    const shown = sessions.map(
      ({ accountId: _, authenticatedAtMs: __, idleMs: ___, endedAtMs: ____, methods, ...session }) => ({
        ...session,
        methods: [...methods],
        isThis: session.id === caller.session?.id,
      }),
    );
    return ok({ output: { sessions: shown }, changes: [] });
  },
};

const endOne: Handler<'sessions.end-one'> = {
  perform: async ({ question: { id }, caller, deps }) => {
    const session = await deps.identity.sessions.findById(id);
    // Another person's session answers as one that is not there.
    if (session?.accountId !== caller.account.id) return refused(notFound('session', id));
    const ended = await deps.identity.sessions.end(id);
    if (ended === undefined) return refused(conflict('that session has ended already', 'nothing is left to do'));
    return ok({
      output: {},
      changes: [{ what: 'session.ended', subject: caller.account.id, detail: { session: id } }],
    });
  },
};

const endOthers: Handler<'sessions.end-others'> = {
  perform: async ({ caller, deps }) => {
    const session = needSession(caller);
    if (!session.ok) return session;
    await deps.identity.sessions.endAll(caller.account.id, session.value.id);
    const detail = { session: 'all-others' };
    return ok({ output: {}, changes: [{ what: 'session.ended', subject: caller.account.id, detail }] });
  },
};

export const ownSessionHandlers = {
  'step-ups.begin': begin,
  'step-ups.finish': finish,
  'sessions.list': list,
  'sessions.end-one': endOne,
  'sessions.end-others': endOthers,
};
