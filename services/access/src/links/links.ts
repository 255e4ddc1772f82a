import { ok, type Result, refused } from '@modelward/basics';
import type { Role } from '@modelward/policy';
import type { Kysely, Tables } from '@modelward/storage';
import { organizationId } from '../organization.ts';
import {
  createLinkStore,
  type LinkFilter,
  type LinkPrincipal,
  type LinkScope,
  type LinkStore,
  type RoleLink,
} from './link-store.ts';

export type Assignment = {
  readonly role: string;
  readonly principal: LinkPrincipal;
  readonly scope: LinkScope;
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly origin: string;
};

export type AssignRefusal =
  | 'role-unknown'
  /** The role exists and may not be given on a scope of this type. */
  | 'scope-type'
  | 'scope-unknown'
  | 'principal-unknown'
  /** It would end before it begins, or has ended already. */
  | 'ends-too-early'
  /** The same role on the same scope with the same end is there already. */
  | 'exists';

type Deps = {
  readonly tables: Kysely<Tables>;
  readonly roles: readonly Role[];
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
};

export type Links = {
  readonly list: (filter?: LinkFilter) => Promise<readonly RoleLink[]>;
  readonly assign: (assignment: Assignment) => Promise<Result<RoleLink, AssignRefusal>>;
  /** The roles in force now of an account, by itself or through its groups. */
  readonly heldBy: (accountId: string) => Promise<readonly string[]>;
  /** The link as revoked; undefined when there was none that still ran. */
  readonly revoke: (id: string) => Promise<RoleLink | undefined>;
  /** The same over a transaction of the caller's, so that a change and its links happen together or not at all. */
  readonly within: (transaction: Kysely<Tables>) => Links;
};

/** Who has which role on what. */
export function createLinks(deps: Deps): Links {
  const store = createLinkStore(deps.tables);
  return {
    list: (filter = {}) => store.list({ filter, nowMs: deps.nowMs() }),
    assign: async (assignment) => {
      const nowMs = deps.nowMs();
      const flaw = await assignmentFlaw(assignment, { store, roles: deps.roles, nowMs });
      if (flaw !== undefined) return refused(flaw);
      const { fromMs = nowMs, untilMs, ...rest } = assignment;
      const link = { ...rest, id: deps.newId('lnk'), fromMs, untilMs, revokedAtMs: undefined };
      await store.insert(link);
      return ok(link);
    },
    heldBy: (accountId) => store.rolesHeldBy({ accountId, nowMs: deps.nowMs() }),
    revoke: (id) => store.revoke({ id, nowMs: deps.nowMs() }),
    within: (transaction) => createLinks({ ...deps, tables: transaction }),
  };
}

type Known = { readonly store: LinkStore; readonly roles: readonly Role[]; readonly nowMs: number };

async function assignmentFlaw(assignment: Assignment, known: Known): Promise<AssignRefusal | undefined> {
  const { role: name, principal, scope, fromMs = known.nowMs, untilMs } = assignment;
  const role = known.roles.find((one) => one.name === name);
  if (role === undefined) return 'role-unknown';
  if (!role.scopeTypes.includes(scope.type)) return 'scope-type';
  if (untilMs !== undefined && (untilMs <= known.nowMs || untilMs <= fromMs)) return 'ends-too-early';
  if (!(await scopeExists(scope, known.store))) return 'scope-unknown';
  if (!(await principalExists(principal, known.store))) return 'principal-unknown';
  const filter = { role: name, principalId: principal.id, scopeId: scope.id };
  const same = await known.store.list({ filter, nowMs: known.nowMs });
  return same.some((link) => link.untilMs === untilMs && link.fromMs <= fromMs) ? 'exists' : undefined;
}

async function scopeExists({ type, id }: LinkScope, store: LinkStore): Promise<boolean> {
  if (type === 'Organization') return id === organizationId;
  if (type === 'Project') return store.projectExists(id);
  return (await store.livingResourceType(id)) === type;
}

async function principalExists({ kind, id }: LinkPrincipal, store: LinkStore): Promise<boolean> {
  return kind === 'group' ? store.groupExists(id) : (await store.accountKind(id)) === kind;
}
