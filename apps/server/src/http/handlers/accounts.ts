import { ok, type Result, refused } from '@modelward/basics';
import { type Account, explainRefusal, type Invitation } from '@modelward/identity';
import type { ControlDeps } from '../deps.ts';
import type { About, Handler } from '../handler.ts';
import type { ChangeDraft } from '../record.ts';
import { type ControlRefusal, conflict, malformed, notFound } from '../refusal.ts';

type Kind = Account['kind'];
type Named = { readonly kind: Kind; readonly name: string };

const listPeople: Handler<'people.list'> = {
  perform: async ({ deps }) =>
    ok({ output: { accounts: [...(await deps.identity.accounts.list('person'))] }, changes: [] }),
};

const listServices: Handler<'services.list'> = {
  perform: async ({ deps }) =>
    ok({ output: { accounts: [...(await deps.identity.accounts.list('service'))] }, changes: [] }),
};

const addPerson: Handler<'people.add'> = {
  perform: async ({ question: { name, email }, deps }) => {
    const added = await deps.identity.accounts.addPerson(email === undefined ? { name } : { name, email });
    if (!added.ok) return refused(addRefusal(added.reason));
    const { account, invitation } = added.value;
    const changes: ChangeDraft[] = [
      {
        what: 'account.created',
        subject: account.id,
        detail: { kind: 'person' },
        personal: { name, ...(email === undefined ? {} : { email }) },
      },
      { what: 'account.invited', subject: account.id, detail: { endsAtMs: invitation.endsAtMs } },
    ];
    return ok({ output: { account, invitation: withLink(invitation, deps) }, changes });
  },
};

const addService: Handler<'services.add'> = {
  perform: async ({ question, deps }) => {
    const added = await deps.identity.accounts.addService(question);
    if (!added.ok) return refused(addRefusal(added.reason));
    const account = added.value;
    const changes = [{ what: 'account.created', subject: account.id, detail: { kind: 'service' } }] as const;
    return ok({ output: { account }, changes });
  },
};

function addRefusal(reason: 'name-form' | 'email-form' | 'exists'): ControlRefusal {
  const { message, next } = explainRefusal(reason);
  return reason === 'exists' ? conflict(message, next) : malformed(message, next);
}

/** The secret stands where browsers never send it: after the `#`. */
function withLink(invitation: Invitation, { publicUrl }: ControlDeps) {
  return { ...invitation, link: `${publicUrl}/enrol#secret=${invitation.secret}` };
}

/** An invitation for who has no password yet, a recovery for who had one: for both it is a new link. */
const invite: Handler<'people.invite'> = {
  about: ({ question, deps }) => aboutAccount({ kind: 'person', name: question.name }, deps),
  perform: async ({ question: { name }, deps }) => {
    const { accounts, enrolments } = deps.identity;
    const account = await accounts.find(name);
    if (account?.kind !== 'person') return refused(notFound('person', name));
    const isNew = account.state === 'invited';
    const issued = await (isNew ? enrolments.invite(account.id) : enrolments.recover(account.id));
    if (!issued.ok) {
      return refused(conflict(`\`${name}\` is suspended, and would not be let in`, 'activate the account first'));
    }
    const what = isNew ? 'account.invited' : 'account.recovered';
    const changes = [{ what, subject: account.id, detail: { endsAtMs: issued.value.endsAtMs } }] as const;
    return ok({ output: { account, invitation: withLink(issued.value, deps) }, changes });
  },
};

type StateEndpoint = 'people.suspend' | 'people.activate' | 'services.suspend' | 'services.activate';

function changeState(kind: Kind, state: 'active' | 'suspended'): Handler<StateEndpoint> {
  const what = state === 'active' ? 'account.activated' : 'account.suspended';
  return {
    about: ({ question, deps }) => aboutAccount({ kind, name: question.name }, deps),
    perform: async ({ question: { name }, deps }) => {
      const changed = await setState({ kind, name, state }, deps);
      if (!changed.ok) return changed;
      return ok({ output: { account: changed.value }, changes: [{ what, subject: changed.value.id }] });
    },
  };
}

async function setState(
  { kind, name, state }: Named & { readonly state: 'active' | 'suspended' },
  { identity }: ControlDeps,
): Promise<Result<Account, ControlRefusal>> {
  const account = await identity.accounts.find(name);
  const changed = account?.kind === kind ? await identity.accounts.setState(name, state) : undefined;
  return changed?.ok === true ? changed : refused(notFound(kind, name));
}

/** Decided for the account itself, so that a policy may give out the care for one and not for another. */
export async function aboutAccount({ kind, name }: Named, { identity }: ControlDeps): Promise<About> {
  const account = await identity.accounts.find(name);
  const named = { type: kind === 'person' ? 'Person' : 'Service', name };
  return { resource: account?.kind === kind ? { type: 'Account', id: account.id } : undefined, named };
}

export const accountHandlers = {
  'people.list': listPeople,
  'people.add': addPerson,
  'people.invite': invite,
  'people.suspend': changeState('person', 'suspended'),
  'people.activate': changeState('person', 'active'),
  'services.list': listServices,
  'services.add': addService,
  'services.suspend': changeState('service', 'suspended'),
  'services.activate': changeState('service', 'active'),
};
