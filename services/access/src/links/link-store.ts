import type { Kysely, Selectable, Tables } from '@modelward/storage';

type Row = Selectable<Tables['role_links']>;

export type LinkPrincipal = { readonly kind: Row['principal_kind']; readonly id: string };
export type LinkScope = { readonly type: Row['scope_type']; readonly id: string };

/** A role that somebody has on something, from a moment and perhaps until one. */
export type RoleLink = {
  readonly id: string;
  readonly role: string;
  readonly principal: LinkPrincipal;
  readonly scope: LinkScope;
  readonly fromMs: number;
  /** Undefined: until it is revoked. */
  readonly untilMs: number | undefined;
  /** Where it came from: an administrator, the first start, a request. */
  readonly origin: string;
  readonly revokedAtMs: number | undefined;
};

export type LinkFilter = {
  readonly role?: string;
  readonly principalId?: string;
  readonly scopeId?: string;
  /** `current` (the default): neither revoked nor past its end. */
  readonly state?: 'current' | 'all';
};

export function createLinkStore(tables: Kysely<Tables>) {
  return {
    list: async ({ filter, nowMs }: { filter: LinkFilter; nowMs: number }): Promise<readonly RoleLink[]> => {
      let query = tables.selectFrom('role_links').selectAll();
      if (filter.role !== undefined) query = query.where('role', '=', filter.role);
      if (filter.principalId !== undefined) query = query.where('principal_id', '=', filter.principalId);
      if (filter.scopeId !== undefined) query = query.where('scope_id', '=', filter.scopeId);
      if (filter.state !== 'all') {
        query = query
          .where('revoked_at_ms', 'is', null)
          .where((either) => either.or([either('until_ms', 'is', null), either('until_ms', '>', nowMs)]));
      }
      return (await query.orderBy('from_ms').orderBy('id').execute()).map(linkOf);
    },
    /** The roles in force now of an account, by itself or through its groups. */
    rolesHeldBy: async ({ accountId, nowMs }: { accountId: string; nowMs: number }): Promise<readonly string[]> => {
      const groups = tables.selectFrom('group_members').select('group_id').where('account_id', '=', accountId);
      const rows = await tables
        .selectFrom('role_links')
        .select('role')
        .distinct()
        .where((either) => either.or([either('principal_id', '=', accountId), either('principal_id', 'in', groups)]))
        .where('revoked_at_ms', 'is', null)
        .where('from_ms', '<=', nowMs)
        .where((either) => either.or([either('until_ms', 'is', null), either('until_ms', '>', nowMs)]))
        .execute();
      return rows.map(({ role }) => role);
    },
    insert: async (link: RoleLink) => {
      await tables.insertInto('role_links').values(rowOf(link)).execute();
    },
    /** The link as it is once revoked; undefined when there was none that still ran. */
    revoke: async ({ id, nowMs }: { id: string; nowMs: number }): Promise<RoleLink | undefined> => {
      const row = await tables
        .updateTable('role_links')
        .set({ revoked_at_ms: nowMs })
        .where('id', '=', id)
        .where('revoked_at_ms', 'is', null)
        .returningAll()
        .executeTakeFirst();
      return row && linkOf(row);
    },
    accountKind: async (id: string) => {
      const row = await tables.selectFrom('accounts').select('kind').where('id', '=', id).executeTakeFirst();
      return row?.kind;
    },
    groupExists: async (id: string) =>
      (await tables.selectFrom('groups').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
    projectExists: async (id: string) =>
      (await tables.selectFrom('projects').select('id').where('id', '=', id).executeTakeFirst()) !== undefined,
    livingResourceType: async (id: string) => {
      const living = tables.selectFrom('resources').select('type').where('ended_at_ms', 'is', null);
      return (await living.where('id', '=', id).executeTakeFirst())?.type;
    },
  };
}

export type LinkStore = ReturnType<typeof createLinkStore>;

function linkOf(row: Row): RoleLink {
  return {
    id: row.id,
    role: row.role,
    principal: { kind: row.principal_kind, id: row.principal_id },
    scope: { type: row.scope_type, id: row.scope_id },
    fromMs: row.from_ms,
    untilMs: row.until_ms ?? undefined,
    origin: row.origin,
    revokedAtMs: row.revoked_at_ms ?? undefined,
  };
}

function rowOf(link: RoleLink): Row {
  return {
    id: link.id,
    role: link.role,
    principal_kind: link.principal.kind,
    principal_id: link.principal.id,
    scope_type: link.scope.type,
    scope_id: link.scope.id,
    from_ms: link.fromMs,
    until_ms: link.untilMs ?? null,
    origin: link.origin,
    revoked_at_ms: link.revokedAtMs ?? null,
  };
}
