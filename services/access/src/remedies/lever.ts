import type { Asking } from '../decide/judge.ts';
import type { Remedy } from './remedy.ts';

/** One thing that could be otherwise, and the question as it would be then. */
export type Lever = { readonly remedies: readonly Remedy[]; readonly pull: (asking: Asking) => Asking };

/** Levers of which one at most is pulled, from the least asked of somebody to the most. */
export type Dimension = {
  readonly kind: 'scope' | 'sign-in' | 'device' | 'approval' | 'role';
  readonly levers: readonly Lever[];
  /** All that the dimension can do at once: if this does not help, no lever of it does. */
  readonly utmost: Lever['pull'];
};

export function pullAll(asking: Asking, levers: readonly Pick<Lever, 'pull'>[]): Asking {
  return levers.reduce((pulled, { pull }) => pull(pulled), asking);
}
