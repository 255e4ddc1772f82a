import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayBecome, statesBefore } from './states.ts';

const states = ['invited', 'active', 'suspended', 'locked', 'offboarded'] as const;
const anyState = fc.constantFrom(...states);

describe('the states of an account', () => {
  it('lead nowhere from offboarded, and to offboarded from everywhere', () => {
    fc.assert(fc.property(anyState, (to) => mayBecome('offboarded', to) === (to === 'offboarded')));
    fc.assert(fc.property(anyState, (from) => mayBecome(from, 'offboarded')));
  });

  it('are never `active` for who was only invited, and a lock is not softened to a suspension', () => {
    expect(mayBecome('invited', 'active')).toBe(false);
    expect(mayBecome('locked', 'suspended')).toBe(false);
  });

  it('are reached from exactly those that may become them', () => {
    for (const to of states) expect(statesBefore(to)).toEqual(states.filter((from) => mayBecome(from, to)));
  });
});
