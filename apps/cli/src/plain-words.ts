import { Problem } from './problem.ts';

/** What works on the files explains itself in the words of its faults; a fault of any other kind is one of ours. */
export async function inPlainWords<Value>(next: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof Error && !(fault instanceof Problem) && fault.name === 'Error') {
      throw new Problem(fault.message, next);
    }
    throw fault;
  }
}
