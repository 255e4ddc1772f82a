import type { Action } from '@modelward/contract';
import type { Role } from '@modelward/policy';
import type { Asking, Judge, Judgement, Subject } from '../decide/judge.ts';
import { limits } from '../limits.ts';
import { approvalDimension, deviceDimension, scopeDimension, signInDimension } from './dimensions.ts';
import { laterLevers } from './later.ts';
import { type Dimension, type Lever, pullAll } from './lever.ts';
import type { Remedy } from './remedy.ts';
import { roleDimension } from './role-dimension.ts';
import { subsetsUpTo } from './subsets.ts';

export type Judged = { readonly action: Action; readonly subject: Subject; readonly judgement: Judgement };
export type Refused = Judged;

type Deps = { readonly judge: Judge; readonly roles: readonly Role[] };

/** Sets of changes, smallest first. All of one set together would allow what was asked, and nothing less of it. */
export type RemedySets = readonly (readonly Remedy[])[];

/**
 * What would turn a refusal to a yes, by deciding again as if it were so. First which kinds of change it takes, each at its
 * utmost; then the least of each kind that does; then that no part of it would have done. Whatever is not found within the
 * limit is left to a person.
 */
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
  const found = searchSets(asking, dimensions, allows);
  const sets = found.length > 0 ? found : searchLater(asking, dimensions, allows);
  return sets.slice(0, limits.sets).map((levers) => levers.flatMap(({ remedies }) => remedies));
}

type Allows = (asking: Asking) => boolean;
type LeverSet = readonly Lever[];

/** Beyond the limit every answer is no, so that nothing more is found. */
function countedJudge(judge: Judge): Judge {
  let left: number = limits.redecisions;
  const spent: Judgement = { allowed: false, permitted: false, reasons: [], errors: [] };
  return (asking, action, subject) => {
    left -= 1;
    return left < 0 ? spent : judge(asking, action, subject);
  };
}

function searchSets(asking: Asking, dimensions: readonly Dimension[], allows: Allows): readonly LeverSet[] {
  const utmost = dimensions.map(({ utmost }) => ({ pull: utmost }));
  if (!allows(pullAll(asking, utmost))) return [];
  const found: (readonly Dimension[])[] = [];
  const sets: LeverSet[] = [];
  for (const chosen of subsetsUpTo(dimensions, limits.changesInASet)) {
    if (sets.length === limits.sets) break;
    // More than what is enough is no next step.
    if (found.some((fewer) => fewer.every((one) => chosen.includes(one)))) continue;
    if (
      !allows(
        pullAll(
          asking,
          chosen.map(({ utmost }) => ({ pull: utmost })),
        ),
      )
    )
      continue;
    found.push(chosen);
    const least = leastOf(asking, chosen, allows);
    if (least !== undefined && isLeast(asking, least, allows)) sets.push(least);
  }
  return sets;
}

/** In each dimension in turn the first lever that will do, with the others as they are: the utmost, or what was chosen. */
function leastOf(asking: Asking, dimensions: readonly Dimension[], allows: Allows): LeverSet | undefined {
  const chosen: Lever[] = [];
  for (const [at, { levers }] of dimensions.entries()) {
    const others = dimensions.slice(at + 1).map(({ utmost }) => ({ pull: utmost }));
    const lever = levers.find((one) => allows(pullAll(asking, [...chosen, one, ...others])));
    if (lever === undefined) return undefined;
    chosen.push(lever);
  }
  return chosen;
}

function isLeast(asking: Asking, levers: LeverSet, allows: Allows): boolean {
  return subsetsUpTo(levers, levers.length - 1).every((fewer) => !allows(pullAll(asking, fewer)));
}

/** To wait, if nothing else helps or besides it. */
function searchLater(asking: Asking, dimensions: readonly Dimension[], allows: Allows): readonly LeverSet[] {
  const later = laterLevers(asking);
  const alone = later.find(({ pull }) => allows(pull(asking)));
  if (alone !== undefined) return [[alone]];
  const utmost = dimensions.map(({ utmost }) => ({ pull: utmost }));
  const moment = later.find((one) => allows(pullAll(asking, [one, ...utmost])));
  if (moment === undefined) return [];
  const then = moment.pull(asking);
  for (const chosen of subsetsUpTo(dimensions, limits.changesInASet - 1)) {
    const least = leastOf(then, chosen, allows);
    if (least !== undefined && isLeast(asking, [moment, ...least], allows)) return [[moment, ...least]];
  }
  return [];
}
