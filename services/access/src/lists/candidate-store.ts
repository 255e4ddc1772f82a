import { type Kysely, type RawBuilder, sql, type Tables } from '@modelward/storage';

export type ListedType = Tables['resources']['type'];

export type Candidate = { readonly id: string; readonly key: string };

/** Where to look: `everywhere`, or where links lead. */
export type CandidatesAsked = {
  readonly type: ListedType;
  readonly everywhere: boolean;
  readonly projectIds: readonly string[];
  /** Whose links on single resources count, of which roles. */
  readonly principalIds: readonly string[];
  readonly roles: readonly string[];
  readonly within: { readonly projectId?: string | undefined; readonly parentId?: string | undefined };
  readonly after: string;
  readonly limit: number;
  readonly nowMs: number;
};

/** More projects than this are looked for together: one ordered walk for each would cost more. */
const mostWalks = 20;

/** Living resources that policy may allow, by key: each walk follows an index in the order of the keys and stops at the limit. */
export function createCandidateStore(tables: Kysely<Tables>) {
  return async (asked: CandidatesAsked): Promise<readonly Candidate[]> => {
    const walks = walksOf(asked);
    if (walks.length === 0) return [];
    const all = sql.join(
      walks.map((walk) => sql`select id, key from (${walk}) as walk`),
      sql` union `,
    );
    const query = sql<Candidate>`select id, key from (${all}) as found order by key limit ${asked.limit}`;
    return (await query.execute(tables)).rows;
  };
}

function walksOf(asked: CandidatesAsked): readonly RawBuilder<unknown>[] {
  const { projectIds, everywhere, within } = asked;
  if (everywhere || within.parentId !== undefined) return [walk(asked, resources, sql`1 = 1`)];
  const projects = within.projectId === undefined ? projectIds : projectIds.filter((id) => id === within.projectId);
  const walks =
    projects.length > mostWalks
      ? [walk(asked, resources, sql`resources.project_id in (${sql.join(projects)})`)]
      : projects.map((id) => walk(asked, resources, sql`resources.project_id = ${id}`));
  return asked.roles.length === 0 ? walks : [...walks, ...linkedWalks(asked)];
}

const resources = sql`resources`;

function walk(asked: CandidatesAsked, from: RawBuilder<unknown>, where: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select resources.id, resources.key from ${from} where ${where} and ${isAsked(asked)} order by resources.key limit ${asked.limit}`;
}

/**
 * What links on the thing itself, or on what it lies in, lead to. Written as a cross join, which SQLite takes from left to right:
 * from the few links to their things, never through all things to see which are linked.
 */
function linkedWalks(asked: CandidatesAsked): readonly RawBuilder<unknown>[] {
  const { principalIds, roles, nowMs } = asked;
  const held = sql`(select distinct scope_id from role_links where principal_id in (${sql.join(principalIds)})
    and revoked_at_ms is null and from_ms <= ${nowMs} and (until_ms is null or until_ms > ${nowMs})
    and role in (${sql.join(roles)}) and scope_type not in ('Organization', 'Project')) as held cross join resources`;
  return [
    walk(asked, held, sql`resources.id = held.scope_id`),
    walk(asked, held, sql`resources.parent_id = held.scope_id`),
  ];
}

function isAsked({ type, within, after }: CandidatesAsked): RawBuilder<unknown> {
  const parts = [
    sql`resources.type = ${type}`,
    sql`resources.ended_at_ms is null`,
    // What is only reserved is not there yet.
    sql`resources.state = 'live'`,
    sql`resources.key > ${after}`,
    ...(within.projectId === undefined ? [] : [sql`resources.project_id = ${within.projectId}`]),
    ...(within.parentId === undefined ? [] : [sql`resources.parent_id = ${within.parentId}`]),
  ];
  return sql.join(parts, sql` and `);
}
