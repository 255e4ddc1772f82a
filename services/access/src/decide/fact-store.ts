import type { Kysely, Selectable, Tables } from '@modelward/storage';

export type AccountFacts = {
  readonly id: string;
  readonly kind: 'person' | 'service';
  readonly state: 'invited' | 'active' | 'suspended';
  readonly groupIds: readonly string[];
};
export type ProjectFacts = { readonly id: string; readonly key: string; readonly listed: boolean };
export type LinkFacts = Pick<
  Selectable<Tables['role_links']>,
  'id' | 'role' | 'principal_kind' | 'principal_id' | 'scope_type' | 'scope_id'
>;
type ResourceRow = Pick<
  Selectable<Tables['resources']>,
  'id' | 'type' | 'project_id' | 'parent_id' | 'owner_id' | 'producer_id' | 'stage' | 'sensitivity'
>;
/** A living resource and, when it lies in another, that one: living too. */
export type PlacedResource = { readonly row: ResourceRow; readonly parent: ResourceRow | undefined };

const columns = ['id', 'type', 'project_id', 'parent_id', 'owner_id', 'producer_id', 'stage', 'sensitivity'] as const;

/** What one decision reads, in at most five queries however much is asked. */
export function createFactStore(tables: Kysely<Tables>) {
  return {
    accounts: async (ids: readonly string[]): Promise<ReadonlyMap<string, AccountFacts>> => {
      const rows = await tables
        .selectFrom('accounts')
        .leftJoin('group_members', 'group_members.account_id', 'accounts.id')
        .select(['accounts.id', 'accounts.kind', 'accounts.state', 'group_members.group_id'])
        .where('accounts.id', 'in', ids)
        .execute();
      const groupsOf = Map.groupBy(rows, ({ id }) => id);
      return new Map(
        rows.map(({ id, kind, state }) => {
          const groupIds = (groupsOf.get(id) ?? []).flatMap(({ group_id }) => group_id ?? []);
          return [id, { id, kind, state, groupIds }];
        }),
      );
    },

    /** The links of an account and of its groups that are in force at a moment: the first of its milliseconds counts, the end no more. */
    links: ({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<readonly LinkFacts[]> =>
      tables
        .selectFrom('role_links')
        .select(['id', 'role', 'principal_kind', 'principal_id', 'scope_type', 'scope_id'])
        .where((either) =>
          either.or([
            either('principal_id', '=', accountId),
            either(
              'principal_id',
              'in',
              either.selectFrom('group_members').select('group_id').where('account_id', '=', accountId),
            ),
          ]),
        )
        .where('revoked_at_ms', 'is', null)
        .where('from_ms', '<=', nowMs)
        .where((either) => either.or([either('until_ms', 'is', null), either('until_ms', '>', nowMs)]))
        .execute(),

    resources: async (ids: readonly string[]): Promise<ReadonlyMap<string, PlacedResource>> => {
      if (ids.length === 0) return new Map();
      const living = tables.selectFrom('resources').select(columns).where('ended_at_ms', 'is', null);
      const rows = await living
        .where((either) =>
          either.or([
            either('id', 'in', ids),
            either('id', 'in', either.selectFrom('resources').select('parent_id').where('id', 'in', ids)),
          ]),
        )
        .execute();
      const byId = new Map(rows.map((row) => [row.id, row]));
      const placed = rows.map((row) => ({ row, parent: byId.get(row.parent_id ?? '') }));
      return new Map(placed.filter(isPlaced).map((one) => [one.row.id, one]));
    },

    projects: async (ids: readonly string[]): Promise<ReadonlyMap<string, ProjectFacts>> => {
      if (ids.length === 0) return new Map();
      const rows = await tables.selectFrom('projects').select(['id', 'key', 'listed']).where('id', 'in', ids).execute();
      return new Map(rows.map(({ id, key, listed }) => [id, { id, key, listed: listed === 1 }]));
    },
  };
}

export type FactStore = ReturnType<typeof createFactStore>;

/** What lies in something that has ended has ended with it, whatever its own row says. */
function isPlaced({ row, parent }: PlacedResource): boolean {
  if (row.parent_id === null) return true;
  return parent !== undefined && parent.project_id === row.project_id;
}
