import type { Result } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';

/** A transaction that a refusal undoes: what was spent or written before it came is given back. */
export async function undoable<Value, Reason>(
  tables: Kysely<Tables>,
  work: (transaction: Kysely<Tables>) => Promise<Result<Value, Reason>>,
): Promise<Result<Value, Reason>> {
  let refusal: Result<Value, Reason> | undefined;
  const undo = new Error('undone');
  try {
    return await tables.transaction().execute(async (transaction) => {
      const result = await work(transaction);
      if (result.ok) return result;
      refusal = result;
      throw undo;
    });
  } catch (fault) {
    if (fault === undo && refusal !== undefined) return refusal;
    throw fault;
  }
}
