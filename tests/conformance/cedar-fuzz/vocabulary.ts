import type { Random } from './random.ts';

/* What the generated policies, entities and requests talk about. Few names, so that what is asked for is often there. */

export const schema = `
namespace Org { entity Team in [Org::Team]; }
entity User in [Org::Team] = {
  name: String, age: Long, active: Bool, labels: Set<String>, manager?: User, address: ipaddr, joined: datetime,
  quota: decimal, profile: { level: Long, email?: String, deep?: { flag: Bool } }, "__proto__"?: Long
} tags String;
entity Color enum ["red", "green"];
entity Folder in [Folder] = { title: String, owner: User };
entity Doc in [Folder] = {
  title: String, owner: User, readers: Set<User>, public: Bool, size: Long, expires?: datetime, color?: Color
} tags Set<Long>;
action all;
action read in [all];
action write in [all];
action view, list in [read] appliesTo { principal: [User], resource: [Doc, Folder], context: Context };
action edit in [write] appliesTo { principal: [User], resource: [Doc, Folder], context: Context };
action share in [read, write] appliesTo { principal: [User], resource: [Doc], context: Context };
type Context = {
  hour: Long, from: ipaddr, now: datetime, cost: decimal, wait: duration, mode: String, roles: Set<String>,
  session: { mfa: Bool, age?: Long }, about?: User
};
`;

export type Name = { readonly type: string; readonly id: string };
type Names = readonly [Name, ...Name[]];

function names(type: string, ...ids: readonly [string, ...string[]]): Names {
  const [first, ...others] = ids.map((id) => ({ type, id }));
  return [first ?? { type, id: '' }, ...others];
}

export const users = names('User', 'ada', 'bob', '\u{1f600}"', '__proto__');
export const teams = names('Org::Team', 'core', 'ml', 'eng', 'all', 'none');
export const folders = names('Folder', 'f0', 'f1', 'f2', 'f3', 'f4', 'f5');
export const docs = names('Doc', 'd0', 'd1', 'd2');
export const colors = names('Color', 'red', 'green');
export const actions = names('Action', 'view', 'list', 'edit', 'share');
export const actionGroups = names('Action', 'read', 'write', 'all');
/** Named by policies, links and requests, and in no store. */
export const strangers: readonly [Name, ...Name[]] = [
  { type: 'User', id: 'nobody' },
  { type: 'Doc', id: 'nothing' },
  { type: 'Folder', id: 'nowhere' },
];

export const memberships: Readonly<Record<string, readonly Name[]>> = {
  view: [{ type: 'Action', id: 'read' }],
  list: [{ type: 'Action', id: 'read' }],
  edit: [{ type: 'Action', id: 'write' }],
  share: [
    { type: 'Action', id: 'read' },
    { type: 'Action', id: 'write' },
  ],
  read: [{ type: 'Action', id: 'all' }],
  write: [{ type: 'Action', id: 'all' }],
  all: [],
};

export const texts = ['', 'a', 'ab', 'aba', 'admin', 'x*y', '\u{1f600}', 'é', '"'] as const;
export const addresses = [
  '10.0.0.1',
  '10.0.0.0/8',
  '127.0.0.1',
  '224.0.0.1/4',
  '::1',
  'ff00::/8',
  '2001:db8::1/64',
] as const;
export const dates = [
  '1970-01-01',
  '2026-11-24T08:00:00Z',
  '2026-11-24T08:00:00.001Z',
  '2026-11-24T10:00:00+0200',
  '1969-12-31T23:59:59.999Z',
] as const;
export const durations = ['0ms', '1h', '-1d2h', '8h30m', '86400s', '106751991167d7h12m55s807ms'] as const;
export const decimals = ['0.0', '1.5', '-1.5', '1.5000', '922337203685477.5807', '-0.0001'] as const;
/** Written into policies only: the wasm takes larger ones as text, and not in JSON. */
export const integers = [
  '0',
  '1',
  '-1',
  '7',
  '18',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '4611686018427387904',
] as const;

export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

export function literal({ type, id }: Name): string {
  return `${type}::${quoted(id)}`;
}

export function anyEntity(random: Random): Name {
  return random.pick(random.pick([users, teams, folders, docs, actions, actionGroups, colors, strangers]));
}
