import type { Kysely, Selectable, Tables } from '@modelward/storage';

export type AccountFacts = {
  readonly id: string;
  readonly kind: 'person' | 'service';
  readonly state: Selectable<Tables['accounts']>['state'];
  readonly groupIds: readonly string[];
};
export type ProjectFacts = { readonly id: string; readonly key: string; readonly listed: boolean };
/** A link that was not revoked and has not ended; it may not have begun. */
export type LinkFacts = Pick<
  Selectable<Tables['role_links']>,
  'id' | 'role' | 'principal_kind' | 'principal_id' | 'scope_type' | 'scope_id' | 'from_ms' | 'until_ms'
>;
type ResourceRow = Pick<
  Selectable<Tables['resources']>,
  'id' | 'type' | 'key' | 'name' | 'project_id' | 'parent_id' | 'owner_id' | 'producer_id' | 'stage' | 'sensitivity'
>;
/** A living resource and, when it lies in another, that one: living too. */
export type PlacedResource = { readonly row: ResourceRow; readonly parent: ResourceRow | undefined };

const columns = [
  'id',
  'type',
  'key',
  'name',
  'project_id',
  'parent_id',
  'owner_id',
  'producer_id',
  'stage',
  'sensitivity',
] as const;
const linkColumns = [
  'id',
  'role',
  'principal_kind',
  'principal_id',
  'scope_type',
  'scope_id',
  'from_ms',
  'until_ms',
] as const;

/** Whose links on what: those of the principals on the scopes, through an index over both. */
export type LinksAsked = {
  readonly principalIds: readonly string[];
  readonly scopeIds: readonly string[];
  readonly nowMs: number;
};

export type RolesHeldAsked = { readonly accountId: string; readonly roles: readonly string[]; readonly nowMs: number };

/**
 * What one decision reads: one query of each kind, however much is asked and whatever of it is there. INVARIANT: how often
 * the store is read says nothing of what it holds.
 */
export function createFactStore(tables: Kysely<Tables>) {
  return {
    accounts: async (ids: readonly string[]): Promise<ReadonlyMap<string, AccountFacts>> => {
      const rows = await tables
        .selectFrom('accounts')
        .leftJoin('group_members', 'group_members.account_id', 'accounts.id')
        .select(['accounts.id', 'accounts.kind', 'accounts.state', 'group_members.group_id'])
        .where('accounts.id', 'in', atLeastOne(ids))
        .execute();
      const groupsOf = Map.groupBy(rows, ({ id }) => id);
      return new Map(
        rows.map(({ id, kind, state }) => {
          const groupIds = (groupsOf.get(id) ?? []).flatMap(({ group_id }) => group_id ?? []);
          return [id, { id, kind, state, groupIds }];
        }),
      );
    },

    links: ({ principalIds, scopeIds, nowMs }: LinksAsked): Promise<readonly LinkFacts[]> =>
      tables
        .selectFrom('role_links')
        .select(linkColumns)
        .where('principal_id', 'in', atLeastOne(principalIds))
        .where('scope_id', 'in', atLeastOne(scopeIds))
        .where('revoked_at_ms', 'is', null)
        .where((either) => either.or([either('until_ms', 'is', null), either('until_ms', '>', nowMs)]))
        .execute(),

    /** The groups of an account, and where it or they hold one of the roles over more than a single thing. */
    rolesHeld: async ({ accountId, roles, nowMs }: RolesHeldAsked) => {
      const groups = await tables
        .selectFrom('group_members')
        .select('group_id')
        .where('account_id', '=', accountId)
        .execute();
      const groupIds = groups.map(({ group_id }) => group_id);
      const links = await tables
        .selectFrom('role_links')
        .select(['principal_id', 'scope_type', 'scope_id'])
        .where('principal_id', 'in', [accountId, ...groupIds])
        .where('scope_type', 'in', ['Organization', 'Project'])
        .where('role', 'in', atLeastOne(roles))
        .where('revoked_at_ms', 'is', null)
        .where('from_ms', '<=', nowMs)
        .where((either) => either.or([either('until_ms', 'is', null), either('until_ms', '>', nowMs)]))
        .execute();
      return { groupIds, links };
    },

    resources: async (ids: readonly string[]): Promise<ReadonlyMap<string, PlacedResource>> => {
      const asked = atLeastOne(ids);
      const living = tables.selectFrom('resources').select(columns).where('ended_at_ms', 'is', null);
      const rows = await living
        .where((either) =>
          either.or([
            either('id', 'in', asked),
            either('id', 'in', either.selectFrom('resources').select('parent_id').where('id', 'in', asked)),
          ]),
        )
        .execute();
      const byId = new Map(rows.map((row) => [row.id, row]));
      const placed = rows.map((row) => ({ row, parent: byId.get(row.parent_id ?? '') }));
      return new Map(placed.filter(isPlaced).map((one) => [one.row.id, one]));
    },

    projects: async (ids: readonly string[]): Promise<ReadonlyMap<string, ProjectFacts>> => {
      const rows = await tables
        .selectFrom('projects')
        .select(['id', 'key', 'listed'])
        .where('id', 'in', atLeastOne(ids))
        .execute();
      return new Map(rows.map(({ id, key, listed }) => [id, { id, key, listed: listed === 1 }]));
    },
  };
}

export type FactStore = ReturnType<typeof createFactStore>;

/** The same statement for nothing as for something: no row has this id. */
function atLeastOne(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [''] : ids;
}

/** What lies in something that has ended has ended with it, whatever its own row says. */
function isPlaced({ row, parent }: PlacedResource): boolean {
  if (row.parent_id === null) return true;
  return parent !== undefined && parent.project_id === row.project_id;
}
