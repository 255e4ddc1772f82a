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

/** For who lost the second factor: the link removes them all, and is as strong as an invitation. */
const reset: Handler<'people.reset'> = {
  about: ({ question, deps }) => aboutAccount({ kind: 'person', name: question.name }, deps),
  perform: async ({ question: { name }, deps }) => {
    const account = await deps.identity.accounts.find(name);
    if (account?.kind !== 'person') return refused(notFound('person', name));
    const issued = await deps.identity.enrolments.reset(account.id);
    if (!issued.ok)
      return refused(conflict(`\`${name}\` is ${account.state}, not active`, 'invite or activate them first'));
    const detail = { endsAtMs: issued.value.endsAtMs };
    const changes = [{ what: 'account.reset', subject: account.id, detail }] as const;
    return ok({ output: { account, invitation: withLink(issued.value, deps) }, changes });
  },
};

type State = 'active' | 'suspended' | 'locked' | 'offboarded';
type StateEndpoint = `${'people' | 'services'}.${'suspend' | 'activate' | 'lock' | 'offboard'}`;

const changeTo = {
  active: 'account.activated',
  suspended: 'account.suspended',
  locked: 'account.locked',
  offboarded: 'account.offboarded',
} as const satisfies Record<State, ChangeDraft['what']>;

function changeState(kind: Kind, state: State): Handler<StateEndpoint> {
  const what = changeTo[state];
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
  { kind, name, state }: Named & { readonly state: State },
  { identity }: ControlDeps,
): Promise<Result<Account, ControlRefusal>> {
  const account = await identity.accounts.find(name);
  const changed = account?.kind === kind ? await identity.accounts.setState(name, state) : undefined;
  if (changed === undefined) return refused(notFound(kind, name));
  if (changed.ok) return changed;
  if (changed.reason === 'unknown') return refused(notFound(kind, name));
  return refused(
    conflict(`\`${name}\` is ${account?.state}, and from there it cannot become ${state}`, 'nothing was changed'),
  );
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
  'people.reset': reset,
  'people.suspend': changeState('person', 'suspended'),
  'people.lock': changeState('person', 'locked'),
  'people.offboard': changeState('person', 'offboarded'),
  'people.activate': changeState('person', 'active'),
  'services.list': listServices,
  'services.add': addService,
  'services.suspend': changeState('service', 'suspended'),
  'services.lock': changeState('service', 'locked'),
  'services.offboard': changeState('service', 'offboarded'),
  'services.activate': changeState('service', 'active'),
};
