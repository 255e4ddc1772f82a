import type { Kysely, Selectable, Tables } from '@modelward/storage';

type Row = Selectable<Tables['resources']>;

/** A resource as policy sees it: what Modelward's own decisions wrote about it. */
export type ResourceFacts = {
  readonly type: Row['type'];
  readonly id: string;
  readonly key: string;
  readonly name: string | null;
  readonly projectId: string;
  readonly parentId: string | null;
  readonly ownerId: string;
  readonly producerId: string;
  readonly stage: string;
  readonly state: Row['state'];
};

/** Whose eyes a thing is for; policy has guardrails for what is restricted. */
export type Sensitivity = Row['sensitivity'];

export function createResourceStore(tables: Kysely<Tables>) {
  const living = () => tables.selectFrom('resources').selectAll().where('ended_at_ms', 'is', null);

  const find = async (type: Row['type'], key: string) =>
    optional(await living().where('type', '=', type).where('key', '=', key).executeTakeFirst());

  return {
    find,
    findById: async (id: string) => optional(await living().where('id', '=', id).executeTakeFirst()),
    /** Those of them that live, in the order that they are asked for. */
    findAll: async (ids: readonly string[]): Promise<readonly ResourceFacts[]> => {
      if (ids.length === 0) return [];
      const rows = await living().where('id', 'in', ids).execute();
      const byId = new Map(rows.map((row) => [row.id, factsOf(row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },
    /** One that is live comes before one that is only reserved. */
    findNamed: async (type: Row['type'], name: string) =>
      optional(
        await living()
          .where('type', '=', type)
          .where('name', '=', name)
          .orderBy('state', 'asc')
          .orderBy('created_at_ms', 'asc')
          .executeTakeFirst(),
      ),
    /** Whether it was added. The index of living names decides between two that come at once. */
    insert: async ({ resource, nowMs }: { resource: ResourceFacts; nowMs: number }) => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('resources')
        .values({ ...rowOf(resource), created_at_ms: nowMs, ended_at_ms: null })
        .onConflict((conflict) => conflict.columns(['type', 'key']).where('ended_at_ms', 'is', null).doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    /** Whether it was a reservation and is live now. */
    confirm: ({ id, key, ownerId }: { id: string; key?: string; ownerId?: string }) =>
      unlessTaken(async () => {
        const set = {
          state: 'live' as const,
          ...(key !== undefined && { key }),
          ...(ownerId !== undefined && { owner_id: ownerId }),
        };
        const reservation = tables
          .updateTable('resources')
          .set(set)
          .where('id', '=', id)
          .where('state', '=', 'reserved');
        const { numUpdatedRows } = await reservation.where('ended_at_ms', 'is', null).executeTakeFirstOrThrow();
        return numUpdatedRows === 1n;
      }),
    classify: async ({ id, sensitivity }: { id: string; sensitivity: Sensitivity }) => {
      const living = tables.updateTable('resources').set({ sensitivity }).where('ended_at_ms', 'is', null);
      const { numUpdatedRows } = await living.where('id', '=', id).executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    release: async ({ id, nowMs }: { id: string; nowMs: number }) => {
      const reservation = tables.updateTable('resources').set({ ended_at_ms: nowMs }).where('state', '=', 'reserved');
      await reservation.where('id', '=', id).where('ended_at_ms', 'is', null).execute();
    },
  };
}

/** False when another living resource has the key: both databases say so with a code of their own. */
async function unlessTaken(change: () => Promise<boolean>): Promise<boolean> {
  try {
    return await change();
  } catch (fault) {
    if (isUniqueViolation(fault)) return false;
    throw fault;
  }
}

function isUniqueViolation(fault: unknown): boolean {
  const { code, errcode } = fault as { code?: unknown; errcode?: unknown };
  const sqliteConstraintUnique = 2067;
  return code === '23505' || errcode === sqliteConstraintUnique;
}

function optional(row: Row | undefined): ResourceFacts | undefined {
  return row && factsOf(row);
}

function factsOf(row: Row): ResourceFacts {
  return {
    type: row.type,
    id: row.id,
    key: row.key,
    name: row.name,
    projectId: row.project_id,
    parentId: row.parent_id,
    ownerId: row.owner_id,
    producerId: row.producer_id,
    stage: row.stage,
    state: row.state,
  };
}

function rowOf(resource: ResourceFacts): Omit<Row, 'created_at_ms' | 'ended_at_ms' | 'sensitivity'> {
  return {
    id: resource.id,
    type: resource.type,
    key: resource.key,
    name: resource.name,
    project_id: resource.projectId,
    parent_id: resource.parentId,
    owner_id: resource.ownerId,
    producer_id: resource.producerId,
    stage: resource.stage,
    state: resource.state,
  };
}
