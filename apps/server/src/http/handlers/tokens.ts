import { parseScope } from '@modelward/access';
import { ok, refused } from '@modelward/basics';
import type { EndpointOutput } from '@modelward/contract';
import { type Account, explainRefusal, type NewTokenRefusal, type Token } from '@modelward/identity';
import type { Caller, ControlDeps } from '../deps.ts';
import type { About, Handler } from '../handler.ts';
import { type ControlRefusal, conflict, malformed, notFound } from '../refusal.ts';
import { aboutAccount } from './accounts.ts';

type ShownToken = EndpointOutput<'tokens.list'>['tokens'][number];
type Asking = {
  readonly question: { readonly service?: string | undefined };
  readonly caller: Caller;
  readonly deps: ControlDeps;
};

/** The caller, or the service that is named: the account whose tokens it is about. */
async function aboutHolder({ question: { service }, caller, deps }: Asking): Promise<About> {
  if (service !== undefined) return aboutAccount({ kind: 'service', name: service }, deps);
  return { resource: { type: 'Account', id: caller.account.id } };
}

async function holderOf({ question: { service }, caller, deps }: Asking): Promise<Account | undefined> {
  if (service === undefined) return caller.account;
  const account = await deps.identity.accounts.find(service);
  return account?.kind === 'service' ? account : undefined;
}

const list: Handler<'tokens.list'> = {
  about: aboutHolder,
  perform: async (asking) => {
    const holder = await holderOf(asking);
    if (holder === undefined) return refused(notFound('service', asking.question.service ?? ''));
    const tokens = await asking.deps.identity.tokens.list(holder.id);
    return ok({ output: { tokens: tokens.map((token) => shownToken(token, holder)) }, changes: [] });
  },
};

const create: Handler<'tokens.create'> = {
  about: aboutHolder,
  perform: async (asking) => {
    const { question, deps } = asking;
    const holder = await holderOf(asking);
    if (holder === undefined) return refused(notFound('service', question.service ?? ''));
    const wrong = question.scopes.find((scope) => !parseScope(scope).ok);
    if (wrong !== undefined) return refused(scopeRefusal(wrong));
    const { label, scopes, lifetimeSeconds } = question;
    const lifetime = lifetimeSeconds === undefined ? {} : { lifetimeSeconds };
    const created = await deps.identity.tokens.create({ account: holder, label, scopes, ...lifetime });
    if (!created.ok) return refused(createRefusal(created.reason));
    const { token, secret } = created.value;
    const detail = { token: token.id, scopes: token.scopes.join(' '), endsAtMs: token.endsAtMs };
    const changes = [{ what: 'token.created', subject: holder.id, detail }] as const;
    return ok({ output: { token: shownToken(token, holder), secret, trackingUri: deps.trackingUri }, changes });
  },
};

function scopeRefusal(scope: string): ControlRefusal {
  return malformed(
    `\`${scope}\` is no scope: it names no action`,
    'write scopes as `model.read`, `run.*` or `*.read@project`; core/contract/src/actions.ts lists the actions',
  );
}

function createRefusal(reason: NewTokenRefusal): ControlRefusal {
  const { message, next } = explainRefusal(reason);
  const isOfState = reason === 'account-not-active' || reason === 'too-many-tokens';
  return isOfState ? conflict(message, next) : malformed(message, next);
}

const revoke: Handler<'tokens.revoke'> = {
  about: async ({ question: { id }, deps }) => {
    const token = await deps.identity.tokens.findById(id);
    return { resource: token && { type: 'Account', id: token.accountId }, named: { type: 'Token', name: id } };
  },
  perform: async ({ question: { id }, deps }) => {
    const revoked = await deps.identity.tokens.revoke(id);
    if (revoked === undefined)
      return refused(conflict(`the token \`${id}\` was revoked before`, 'nothing is left to do'));
    return ok({ output: {}, changes: [{ what: 'token.revoked', subject: revoked.accountId, detail: { token: id } }] });
  },
};

function shownToken({ accountId: _, scopes, ...token }: Token, { id, name }: Account): ShownToken {
  return { ...token, scopes: [...scopes], account: { id, name } };
}

export const tokenHandlers = { 'tokens.list': list, 'tokens.create': create, 'tokens.revoke': revoke };
