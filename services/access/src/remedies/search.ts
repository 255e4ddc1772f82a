import { limits } from '../limits.ts';
import { subsetsUpTo } from './subsets.ts';

/** Something that could be otherwise, as a change of what is decided over. */
export type Change<Of> = { readonly pull: (of: Of) => Of };

/** Changes of which one at most is made, from the least to the most; `utmost` is all that they can do. */
export type Axis<Of, One extends Change<Of>> = { readonly levers: readonly One[]; readonly utmost: Change<Of>['pull'] };

export type Allows<Of> = (of: Of) => boolean;

export function pullAll<Of>(of: Of, changes: readonly Change<Of>[]): Of {
  return changes.reduce((pulled, { pull }) => pull(pulled), of);
}

export function utmostOf<Of>(axes: readonly Axis<Of, Change<Of>>[]): readonly Change<Of>[] {
  return axes.map(({ utmost }) => ({ pull: utmost }));
}

type Search<Of, One extends Change<Of>> = {
  readonly of: Of;
  readonly axes: readonly Axis<Of, One>[];
  readonly allows: Allows<Of>;
  /** Changes in one set, at most. */
  readonly most: number;
};

/**
 * The smallest sets of changes with which it is allowed. First which axes it takes, each at its utmost; then the least on each
 * that does; then that no part of the set would have done.
 */
export function searchSets<Of, One extends Change<Of>>(search: Search<Of, One>): readonly (readonly One[])[] {
  const { of, axes, allows, most } = search;
  if (!allows(pullAll(of, utmostOf(axes)))) return [];
  const found: (readonly Axis<Of, One>[])[] = [];
  const sets: (readonly One[])[] = [];
  for (const chosen of subsetsUpTo(axes, most)) {
    if (sets.length === limits.sets) break;
    // More than what is enough is no next step.
    if (found.some((fewer) => fewer.every((one) => chosen.includes(one)))) continue;
    if (!allows(pullAll(of, utmostOf(chosen)))) continue;
    found.push(chosen);
    const least = leastOf({ of, allows }, chosen);
    if (least !== undefined && isLeast({ of, allows }, least)) sets.push(least);
  }
  return sets;
}

type Over<Of> = { readonly of: Of; readonly allows: Allows<Of> };

/** On each axis in turn the first change that will do, with the others as they are: the utmost, or what was chosen. */
export function leastOf<Of, One extends Change<Of>>(
  { of, allows }: Over<Of>,
  axes: readonly Axis<Of, One>[],
): readonly One[] | undefined {
  const chosen: One[] = [];
  for (const [at, { levers }] of axes.entries()) {
    const others = utmostOf(axes.slice(at + 1));
    const lever = levers.find((one) => allows(pullAll(of, [...chosen, one, ...others])));
    if (lever === undefined) return undefined;
    chosen.push(lever);
  }
  return chosen;
}

export function isLeast<Of>({ of, allows }: Over<Of>, changes: readonly Change<Of>[]): boolean {
  return subsetsUpTo(changes, changes.length - 1).every((fewer) => !allows(pullAll(of, fewer)));
}
