import type { Asking } from '../decide/judge.ts';
import type { Remedy } from './remedy.ts';
import type { Axis, Change } from './search.ts';

/** One thing that could be otherwise, and the question as it would be then. */
export type Lever = Change<Asking> & { readonly remedies: readonly Remedy[] };

/** Levers of which one at most is pulled, from the least asked of somebody to the most. */
export type Dimension = Axis<Asking, Lever>;
