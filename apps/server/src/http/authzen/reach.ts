import type { Action } from '@modelward/contract';
import { type Caller, type ControlDeps, questionOf } from '../deps.ts';
import { limits } from './limits.ts';
import type { Place } from './things.ts';

/** How far a caller may ask: each place is decided once for a request. */
export type Reach = {
  readonly covers: (place: Place) => Promise<boolean>;
  /** Whether there is any place where the caller may ask. */
  readonly isAny: () => Promise<boolean>;
  /** What determined the answers, for the record. */
  readonly told: () => { readonly reasons: readonly string[]; readonly bundle: string };
};

const organization = { type: 'Organization' } as const;

export function createReach(caller: Caller, deps: ControlDeps, action: Action): Reach {
  const known = new Map<string, Promise<boolean>>();
  const reasons = new Set<string>();
  const question = questionOf(caller, deps.nowMs());

  const ask = async (resource: Place): Promise<boolean> => {
    const decision = await deps.access.decide({ ...question, asked: [{ action, resource }] });
    for (const reason of decision.reasons) reasons.add(reason);
    return decision.allowed;
  };
  const decided = (place: Place): Promise<boolean> => {
    const key = place.type === 'Project' ? place.id : place.type;
    const answer = known.get(key) ?? ask(place);
    known.set(key, answer);
    return answer;
  };
  const covers = async (place: Place) => (await decided(organization)) || (await decided(place));
  const isAny = async () => {
    for (const answer of [...known.values()]) if (await answer) return true;
    const projects = await deps.access.projects.list();
    for (const { id } of projects.slice(0, limits.projectsTried))
      if (await covers({ type: 'Project', id })) return true;
    return false;
  };
  return { covers, isAny, told: () => ({ reasons: [...reasons], bundle: deps.bundle.digest }) };
}

/** Whether the caller holds a right over the whole organization. */
export async function mayEverywhere(caller: Caller, deps: ControlDeps, action: Action): Promise<boolean> {
  const asked = [{ action, resource: organization }];
  return (await deps.access.decide({ ...questionOf(caller, deps.nowMs()), asked })).allowed;
}
