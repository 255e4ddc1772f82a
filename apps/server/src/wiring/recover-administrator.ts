import { organizationId } from '@modelward/access';
import type { Account, Invitation } from '@modelward/identity';
import type { Config } from '../config/load-config.ts';
import { originOf } from '../config/origins.ts';
import { administratorRoles } from '../http/handlers/enrolments.ts';
import { refuseOtherUser } from './data-folder.ts';
import { type OwnersChange, recordOwnersAct } from './owner-act.ts';
import { openState, type State } from './state.ts';

export type Recovery = {
  readonly name: string;
  /** The page that takes the one-time secret, once the server runs again. */
  readonly link: string;
  readonly endsAtMs: number;
};

type Wanted = {
  readonly config: Config;
  /** Needed when more than one person administers. */
  readonly name: string | undefined;
};

/**
 * For whoever owns the files of a server that nobody can administer any more: a person is let in again, gets back what an
 * administrator holds, and a one-time link for a new password and new factors: who lost the passkey is recovered as well.
 * The server is stopped, for it would not be asked.
 */
export async function recoverAdministrator({ config, name }: Wanted): Promise<Recovery> {
  refuseOtherUser(config.dataFolder);
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const state = await openState({ config, purpose: '`npx modelward admin recover`', onFault });
  try {
    const account = await findPerson(name, state);
    const { secret, endsAtMs } = await recordOwnersAct({
      record: state.record,
      action: 'admin.recover',
      act: () => recover(account, state),
    });
    return { name: account.name, link: `${originOf(config, 'control')}/enrol#secret=${secret}`, endsAtMs };
  } finally {
    await state.close();
  }
}

async function findPerson(name: string | undefined, state: State): Promise<Account> {
  const { accounts, enrolments } = state.identity;
  if (await enrolments.needsFirst()) {
    throw new Error('there was never an administrator here; start the server, it says how the first one is made');
  }
  const administrators = await findAdministrators(state);
  const names = administrators.map((account) => account.name);
  if (name === undefined) {
    const [only, ...others] = administrators;
    if (only !== undefined && others.length === 0) return only;
    const who = names.length === 0 ? 'nobody administers' : `${names.join(', ')} administer`;
    throw new Error(`it is not said who is to be recovered, and ${who}; add --name NAME`);
  }
  const account = await accounts.find(name);
  if (account?.state === 'offboarded')
    throw new Error(`\`${name}\` was offboarded, which is for good; name another person`);
  if (account?.kind === 'person') return account;
  throw new Error(`there is no person \`${name}\`; these administer: ${names.join(', ') || 'nobody'}`);
}

async function findAdministrators({ access, identity }: State): Promise<readonly Account[]> {
  const [, security] = administratorRoles;
  const links = await access.links.list({ role: security, scopeId: organizationId });
  const ids = new Set(links.flatMap(({ principal }) => (principal.kind === 'person' ? [principal.id] : [])));
  const people = await identity.accounts.list('person');
  return people.filter(({ id }) => ids.has(id));
}

type Recovered = { readonly value: Invitation; readonly changes: readonly OwnersChange[] };

async function recover(account: Account, state: State): Promise<Recovered> {
  const { enrolments } = state.identity;
  const changes = [...(await letIn(account, state)), ...(await giveBackRoles(account, state))];
  const current = await state.identity.accounts.findById(account.id);
  const issued = await (current?.state === 'invited' ? enrolments.invite(account.id) : enrolments.reset(account.id));
  if (!issued.ok) throw new Error(`\`${account.name}\` cannot be recovered now; run the command again`);
  const detail = { endsAtMs: issued.value.endsAtMs };
  return { value: issued.value, changes: [...changes, { what: 'account.recovered', subject: account.id, detail }] };
}

async function letIn({ id, name, state }: Account, { identity }: State): Promise<readonly OwnersChange[]> {
  if (state !== 'suspended' && state !== 'locked') return [];
  await identity.accounts.setState(name, 'active');
  return [{ what: 'account.activated', subject: id }];
}

async function giveBackRoles({ id }: Account, { access }: State): Promise<readonly OwnersChange[]> {
  const changes: OwnersChange[] = [];
  const held = await access.links.list({ principalId: id, scopeId: organizationId });
  for (const role of administratorRoles) {
    if (held.some((link) => link.role === role && link.untilMs === undefined)) continue;
    const scope = { type: 'Organization', id: organizationId } as const;
    const assigned = await access.links.assign({ role, principal: { kind: 'person', id }, scope, origin: 'recovery' });
    if (!assigned.ok)
      throw new Error(`the policy bundle does not let \`${role}\` be given; it has to, for administrators`);
    const detail = { link: assigned.value.id, role, scope: organizationId };
    changes.push({ what: 'role.assigned', subject: id, detail });
  }
  return changes;
}
