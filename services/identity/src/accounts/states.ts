import type { Account } from './account-store.ts';

type State = Account['state'];

/**
 * What an administrator may make of an account. `invited` and `active` become each other through what the person does;
 * `locked` is an alarm where `suspended` is leave; and nothing leads back from `offboarded`.
 */
const next: Readonly<Record<State, readonly State[]>> = {
  invited: ['suspended', 'offboarded'],
  active: ['suspended', 'locked', 'offboarded'],
  suspended: ['active', 'locked', 'offboarded'],
  locked: ['active', 'offboarded'],
  offboarded: [],
};

/** Asking for the state that there is changes nothing and is no mistake. */
export function mayBecome(from: State, to: State): boolean {
  return from === to || next[from].includes(to);
}

/** The states from which this one can be reached, itself among them. */
export function statesBefore(to: State): readonly State[] {
  return (Object.keys(next) as State[]).filter((from) => mayBecome(from, to));
}
