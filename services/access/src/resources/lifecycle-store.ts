import { type Kysely, sql, type Tables } from '@modelward/storage';
import { archived, production } from './stage.ts';

/** What changes more than one row: the stage of a version is its model's as well, and an end reaches all that lies within. */
export function createLifecycleStore(tables: Kysely<Tables>) {
  return {
    setStage: ({ id, stage, archiveOthers }: { id: string; stage: string; archiveOthers: boolean }) =>
      tables.transaction().execute(async (transaction) => {
        const resource = await living(transaction).where('id', '=', id).executeTakeFirst();
        if (resource === undefined) return;
        await hold(transaction, resource.parent_id);
        if (archiveOthers && resource.parent_id !== null) {
          await transaction
            .updateTable('resources')
            .set({ stage: archived })
            .where('parent_id', '=', resource.parent_id)
            .where('stage', '=', stage)
            .where('id', '!=', id)
            .where('ended_at_ms', 'is', null)
            .execute();
        }
        await transaction.updateTable('resources').set({ stage }).where('id', '=', id).execute();
        await restageParent(transaction, resource.parent_id);
      }),
    /** Ends it with all that lies in it. */
    end: ({ id, nowMs }: { id: string; nowMs: number }) =>
      tables.transaction().execute(async (transaction) => {
        const resource = await living(transaction).where('id', '=', id).executeTakeFirst();
        if (resource === undefined) return;
        await hold(transaction, resource.parent_id);
        await hold(transaction, id);
        await transaction
          .withRecursive('ending', (within) =>
            within
              .selectFrom('resources')
              .select('id')
              .where('id', '=', id)
              .union(
                within
                  .selectFrom('resources as child')
                  .innerJoin('ending', 'ending.id', 'child.parent_id')
                  .select('child.id'),
              ),
          )
          .updateTable('resources')
          .set({ ended_at_ms: nowMs })
          .where('id', 'in', (within) => within.selectFrom('ending').select('ending.id'))
          .where('ended_at_ms', 'is', null)
          .execute();
        await restageParent(transaction, resource.parent_id);
      }),
  };
}

function living(on: Kysely<Tables>) {
  return on.selectFrom('resources').selectAll().where('ended_at_ms', 'is', null);
}

/**
 * Two changes within one model take turns, or each would miss what the other did to the model's stage. What contains is
 * held before what it contains, so that no two changes wait for each other.
 */
async function hold(transaction: Kysely<Tables>, id: string | null): Promise<void> {
  if (id === null) return;
  const unchanged = { stage: sql.ref<string>('stage') };
  await transaction.updateTable('resources').set(unchanged).where('id', '=', id).execute();
}

// INVARIANT: a model is in production exactly while a living version of it is.
async function restageParent(transaction: Kysely<Tables>, parentId: string | null): Promise<void> {
  if (parentId === null) return;
  const inProduction = await transaction
    .selectFrom('resources')
    .select('id')
    .where('parent_id', '=', parentId)
    .where('stage', '=', production)
    .where('ended_at_ms', 'is', null)
    .limit(1)
    .executeTakeFirst();
  const stage = inProduction === undefined ? 'None' : production;
  await transaction
    .updateTable('resources')
    .set({ stage })
    .where('id', '=', parentId)
    .where('type', '=', 'Model')
    .execute();
}
