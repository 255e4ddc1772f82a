import { ok, type Result, refused } from '@modelward/basics';
import type { EndpointOutput } from '@modelward/contract';
import {
  type Added,
  type Asker,
  explainRefusal,
  type FactorRefusal,
  type NewPasskeyAnswer,
  type Passkey,
} from '@modelward/identity';
import type { Caller, ControlDeps } from '../deps.ts';
import type { Handler } from '../handler.ts';
import type { ChangeDraft } from '../record.ts';
import { type ControlRefusal, conflict, malformed, notFound } from '../refusal.ts';
import { needSession } from './own-sessions.ts';
import { shownSession, signInRefusal } from './sessions.ts';

function askerOf(caller: Caller): Result<Asker, ControlRefusal> {
  const session = needSession(caller);
  return session.ok ? ok({ account: caller.account, session: session.value }) : session;
}

const list: Handler<'factors.list'> = {
  perform: async ({ caller, deps }) => {
    const { passkeys, ...more } = await deps.identity.factors.list(caller.account.id);
    const notices = await deps.identity.factors.notices(caller.account.id);
    const shown = { passkeys: passkeys.map(shownPasskey), ...more };
    return ok({ output: { ...shown, notices: notices.map(({ id: _, ...notice }) => notice) }, changes: [] });
  },
};

function shownPasskey({ id, name, createdAtMs, lastUsedAtMs, backupEligible, backedUp }: Passkey) {
  return { id, name, createdAtMs, lastUsedAtMs, backupEligible, backedUp };
}

const beginPasskey: Handler<'passkeys.begin'> = {
  perform: async ({ caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const options = await deps.identity.factors.passkeys.begin(asker.value);
    if (!options.ok) return refused(factorRefusal(options.reason));
    const output = { options: { ...options.value }, hostName: new URL(deps.publicUrl).hostname };
    return ok({ output, changes: [] });
  },
};

const addPasskey: Handler<'passkeys.add'> = {
  perform: async ({ question: { name, passkey }, caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const answer = passkey as NewPasskeyAnswer;
    const added = await deps.identity.factors.passkeys.add(asker.value, { name, answer });
    if (!added.ok) return refused(factorRefusal(added.reason));
    const { id, backupEligible, attestationFormat } = added.value.passkey;
    const detail = { factor: 'passkey', passkey: id, backupEligible, attestation: attestationFormat };
    return ok(await answerOf(added.value, { caller, deps, detail }));
  },
};

const beginTotp: Handler<'totp.begin'> = {
  perform: async ({ caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const begun = await deps.identity.factors.totp.begin(asker.value);
    return begun.ok ? ok({ output: begun.value, changes: [] }) : refused(factorRefusal(begun.reason));
  },
};

const confirmTotp: Handler<'totp.confirm'> = {
  perform: async ({ question: { code }, caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const added = await deps.identity.factors.totp.confirm(asker.value, code);
    if (!added.ok) return refused(factorRefusal(added.reason));
    return ok(await answerOf(added.value, { caller, deps, detail: { factor: 'totp' } }));
  },
};

type Answering = {
  readonly caller: Caller;
  readonly deps: ControlDeps;
  readonly detail: NonNullable<ChangeDraft['detail']>;
};

async function answerOf({ recoveryCodes, opened }: Added, { caller, deps, detail }: Answering) {
  const output: EndpointOutput<'totp.confirm'> = {
    ...(recoveryCodes === undefined ? {} : { recoveryCodes: [...recoveryCodes] }),
    ...(opened === undefined ? {} : { session: await shownSession(opened, deps) }),
  };
  const changes: ChangeDraft[] = [{ what: 'factor.added', subject: caller.account.id, detail }];
  if (opened !== undefined) {
    const lifted = { session: opened.session.id, methods: opened.session.methods.join(' ') };
    changes.push({ what: 'session.lifted', subject: caller.account.id, detail: lifted });
  }
  return { output, changes };
}

const removePasskey: Handler<'passkeys.remove'> = {
  perform: async ({ question: { id }, caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const removed = await deps.identity.factors.passkeys.remove(asker.value, id);
    if (!removed.ok) return refused(factorRefusal(removed.reason));
    const detail = { factor: 'passkey', passkey: id };
    return ok({ output: {}, changes: [{ what: 'factor.removed', subject: caller.account.id, detail }] });
  },
};

const removeTotp: Handler<'totp.remove'> = {
  perform: async ({ caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const removed = await deps.identity.factors.totp.remove(asker.value);
    if (!removed.ok) return refused(factorRefusal(removed.reason));
    const detail = { factor: 'totp' };
    return ok({ output: {}, changes: [{ what: 'factor.removed', subject: caller.account.id, detail }] });
  },
};

const renewCodes: Handler<'recovery-codes.renew'> = {
  perform: async ({ caller, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const renewed = await deps.identity.factors.renewRecoveryCodes(asker.value);
    if (!renewed.ok) return refused(factorRefusal(renewed.reason));
    const changes = [{ what: 'recovery-codes.made', subject: caller.account.id }] as const;
    return ok({ output: { recoveryCodes: [...renewed.value] }, changes });
  },
};

const changePassword: Handler<'passwords.change'> = {
  perform: async ({ question, caller, exchange, deps }) => {
    const asker = askerOf(caller);
    if (!asker.ok) return asker;
    const changed = await deps.identity.passwords.change({ ...asker.value, ...question, source: exchange.source });
    if (changed.ok) {
      const detail = { purpose: 'change' };
      return ok({ output: {}, changes: [{ what: 'password.set', subject: caller.account.id, detail }] });
    }
    const { reason } = changed;
    if (typeof reason === 'object' || reason === 'busy') return refused(signInRefusal(reason));
    if (reason === 'refused') {
      return refused({ code: 'factor-refused', message: 'the current password is another one', next: 'type it again' });
    }
    if (reason === 'stale' || reason === 'factor-needed' || reason === 'session-ended')
      return refused(factorRefusal(reason));
    return refused({ code: 'password-refused', ...explainRefusal(reason), reasons: [reason] });
  },
};

function factorRefusal(reason: FactorRefusal): ControlRefusal {
  const { message, next } = explainRefusal(reason);
  switch (reason) {
    case 'stale':
    case 'factor-needed':
      return {
        code: 'step-up-needed',
        message,
        next,
        remedies: [{ kind: 'step-up', level: 'aal2', phishingResistant: false }],
        challenge: 'error="insufficient_user_authentication", acr_values="aal2", max_age="600"',
      };
    case 'factor-name-form':
      return malformed(message, next);
    case 'factor-unknown':
      return notFound('factor', '');
    case 'session-ended':
      return { code: 'unauthenticated', message, next, reasons: ['session-ended'] };
    case 'factor-refused':
      return { code: 'factor-refused', message, next };
    case 'factor-exists':
    case 'too-many-factors':
    case 'last-factor':
      return conflict(message, next);
  }
}

export const factorHandlers = {
  'factors.list': list,
  'passkeys.begin': beginPasskey,
  'passkeys.add': addPasskey,
  'passkeys.remove': removePasskey,
  'totp.begin': beginTotp,
  'totp.confirm': confirmTotp,
  'totp.remove': removeTotp,
  'recovery-codes.renew': renewCodes,
  'passwords.change': changePassword,
};
