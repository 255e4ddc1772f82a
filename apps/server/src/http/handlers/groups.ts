import { ok, type Result, refused } from '@modelward/basics';
import { type Account, explainRefusal, type Group } from '@modelward/identity';
import type { ControlDeps } from '../deps.ts';
import type { Handler } from '../handler.ts';
import { type ControlRefusal, conflict, malformed, notFound } from '../refusal.ts';

const list: Handler<'groups.list'> = {
  perform: async ({ deps }) => {
    const groups = await deps.identity.groups.list();
    return ok({ output: { groups: groups.map((group) => ({ ...group, members: [...group.members] })) }, changes: [] });
  },
};

const add: Handler<'groups.add'> = {
  perform: async ({ question: { name }, deps }) => {
    const added = await deps.identity.groups.add(name);
    if (added.ok) return ok({ output: added.value, changes: [{ what: 'group.created', subject: added.value.id }] });
    const { message, next } = explainRefusal(added.reason);
    return refused(added.reason === 'exists' ? conflict(message, next) : malformed(message, next));
  },
};

type Membership = { readonly group: string; readonly account: string };
type Ends = { readonly group: Group; readonly account: Account };

async function findEnds(
  { group, account }: Membership,
  { identity }: ControlDeps,
): Promise<Result<Ends, ControlRefusal>> {
  const foundGroup = await identity.groups.find(group);
  if (foundGroup === undefined) return refused(notFound('group', group));
  const foundAccount = await identity.accounts.find(account);
  if (foundAccount === undefined) return refused(notFound('person or service', account));
  return ok({ group: foundGroup, account: foundAccount });
}

const addMember: Handler<'groups.add-member'> = {
  perform: async ({ question, deps }) => {
    const ends = await findEnds(question, deps);
    if (!ends.ok) return ends;
    const { group, account } = ends.value;
    const added = await deps.identity.groups.addMember(group, account);
    if (!added.ok) return refused(memberRefusal(added.reason));
    return ok({
      output: {},
      changes: [{ what: 'group.member-added', subject: group.id, detail: { member: account.id } }],
    });
  },
};

const removeMember: Handler<'groups.remove-member'> = {
  perform: async ({ question, deps }) => {
    const ends = await findEnds(question, deps);
    if (!ends.ok) return ends;
    const { group, account } = ends.value;
    const removed = await deps.identity.groups.removeMember(group, account);
    if (!removed.ok) return refused(memberRefusal(removed.reason));
    return ok({
      output: {},
      changes: [{ what: 'group.member-removed', subject: group.id, detail: { member: account.id } }],
    });
  },
};

function memberRefusal(
  reason: 'group-unknown' | 'account-unknown' | 'member-already' | 'not-a-member',
): ControlRefusal {
  const { message, next } = explainRefusal(reason);
  return conflict(message, next);
}

export const groupHandlers = {
  'groups.list': list,
  'groups.add': add,
  'groups.add-member': addMember,
  'groups.remove-member': removeMember,
};
