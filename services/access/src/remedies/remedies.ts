import type { Action } from '@modelward/contract';
import type { Role } from '@modelward/policy';
import type { Asking, Judge, Judgement, Subject } from '../decide/judge.ts';
import { limits } from '../limits.ts';
import { approvalDimension, deviceDimension, scopeDimension, signInDimension } from './dimensions.ts';
import { laterLevers } from './later.ts';
import type { Dimension, Lever } from './lever.ts';
import type { Remedy } from './remedy.ts';
import { roleDimension } from './role-dimension.ts';
import { type Allows, isLeast, leastOf, pullAll, searchSets, utmostOf } from './search.ts';
import { subsetsUpTo } from './subsets.ts';

export type Judged = { readonly action: Action; readonly subject: Subject; readonly judgement: Judgement };
export type Refused = Judged;

type Deps = { readonly judge: Judge; readonly roles: readonly Role[] };

/** Sets of changes, smallest first. All of one set together would allow what was asked, and nothing less of it. */
export type RemedySets = readonly (readonly Remedy[])[];

/** What would turn a refusal to a yes, by deciding again as if it were so. What is not found within the limit is left to a person. */
export function findRemedies(judged: readonly Judged[], asking: Asking, deps: Deps): RemedySets {
  const refusals = judged.filter(({ judgement }) => !judgement.allowed);
  const counted = countedJudge(deps.judge);
  const dimensions = [
    scopeDimension(refusals, asking),
    signInDimension(asking),
    deviceDimension(asking),
    approvalDimension(asking),
    roleDimension(refusals, { asking, judge: counted, roles: deps.roles }),
  ].filter((one) => one !== undefined);
  const allows = (pulled: Asking) => {
    // What was refused is asked first; what was allowed must not be lost by the change.
    const again = judged.toSorted((a, b) => Number(a.judgement.allowed) - Number(b.judgement.allowed));
    return again.every(({ action, subject }) => counted(pulled, action, subject).allowed);
  };
  const found = searchSets({ of: asking, axes: dimensions, allows, most: limits.changesInASet });
  const sets = found.length > 0 ? found : searchLater({ asking, dimensions, allows });
  return sets.slice(0, limits.sets).map((levers) => levers.flatMap(({ remedies }) => remedies));
}

/** Beyond the limit every answer is no, so that nothing more is found. */
function countedJudge(judge: Judge): Judge {
  let left: number = limits.redecisions;
  const spent: Judgement = { allowed: false, permitted: false, reasons: [], errors: [] };
  return (asking, action, subject) => {
    left -= 1;
    return left < 0 ? spent : judge(asking, action, subject);
  };
}

type Later = { readonly asking: Asking; readonly dimensions: readonly Dimension[]; readonly allows: Allows<Asking> };

/** To wait, alone or with something besides, if nothing else helps. */
function searchLater({ asking, dimensions, allows }: Later): readonly (readonly Lever[])[] {
  const later = laterLevers(asking);
  const alone = later.find(({ pull }) => allows(pull(asking)));
  if (alone !== undefined) return [[alone]];
  const moment = later.find((one) => allows(pullAll(asking, [one, ...utmostOf(dimensions)])));
  if (moment === undefined) return [];
  for (const chosen of subsetsUpTo(dimensions, limits.changesInASet - 1)) {
    const least = leastOf({ of: moment.pull(asking), allows }, chosen);
    if (least !== undefined && isLeast({ of: asking, allows }, [moment, ...least])) return [[moment, ...least]];
  }
  return [];
}
