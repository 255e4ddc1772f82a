import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createThrottle } from './throttle.ts';

function create() {
  const clock = { nowMs: 1_800_000_000_000 };
  return { clock, throttle: createThrottle(() => clock.nowMs) };
}
const attempt = { name: 'ada', source: 'src_a' };

describe('the throttle', () => {
  it('doubles the wait up to a minute', () => {
    const { clock, throttle } = create();
    const waits: number[] = [];
    for (let count = 0; count < 14; count += 1) {
      expect(throttle.begin(attempt)).toBe(0);
      const wait = throttle.begin(attempt);
      if (wait > 0) waits.push(wait);
      else throttle.begin(attempt);
      clock.nowMs += 60_000;
    }
    expect(waits.slice(0, 8)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('slows a source down whatever it names', () => {
    const { throttle } = create();
    for (let count = 0; count < 30; count += 1)
      expect(throttle.begin({ name: `name-${count}`, source: 'src_a' })).toBe(0);
    expect(throttle.begin({ name: 'another', source: 'src_a' })).toBe(1);
    expect(throttle.begin({ name: 'another', source: 'src_b' })).toBe(0);
  });

  it('does not let one good account pay for guesses at others', () => {
    const { throttle } = create();
    for (let count = 0; count < 29; count += 1) {
      throttle.begin({ name: `name-${count}`, source: 'src_a' });
      const own = { name: 'mallory', source: 'src_a' };
      if (throttle.begin(own) === 0) throttle.forgive(own);
    }
    throttle.begin({ name: 'ada', source: 'src_a' });
    expect(throttle.begin({ name: 'bob', source: 'src_a' })).toBe(1);
  });

  it('does not let strangers keep out who signed in from there before, and slows guesses at them all the same', () => {
    const { throttle } = create();
    throttle.begin(attempt);
    throttle.forgive(attempt);
    for (let count = 0; count < 40; count += 1) throttle.begin({ name: `name-${count}`, source: 'src_a' });
    expect(throttle.begin({ name: 'bob', source: 'src_a' })).toBe(1);
    for (let count = 0; count < 5; count += 1) expect(throttle.begin(attempt)).toBe(0);
    expect(throttle.begin(attempt)).toBe(1);
  });

  it('forgets after a quarter of an hour', () => {
    const { clock, throttle } = create();
    for (let count = 0; count < 5; count += 1) throttle.begin(attempt);
    clock.nowMs += 15 * 60_000;
    for (let count = 0; count < 5; count += 1) expect(throttle.begin(attempt)).toBe(0);
    expect(throttle.begin(attempt)).toBe(1);
  });

  it('remembers ten thousand at most, the latest', () => {
    const { throttle } = create();
    for (let count = 0; count < 20_000; count += 1) throttle.begin({ name: 'ada', source: `src_${count}` });
    expect(throttle.size()).toBe(10_000);
    for (let count = 0; count < 4; count += 1) throttle.begin({ name: 'ada', source: 'src_19999' });
    expect(throttle.begin({ name: 'ada', source: 'src_19999' })).toBe(1);
  });

  it('lets no more than the free failures and one for each wait through, however the attempts are spread', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 300 }), (pauses) => {
        const { clock, throttle } = create();
        const allowed = pauses.filter((pause) => {
          clock.nowMs += pause;
          return throttle.begin(attempt) === 0;
        });
        const spentMs = pauses.reduce((sum, pause) => sum + pause, 0);
        expect(allowed.length).toBeLessThanOrEqual(5 + Math.log2(spentMs / 1000 + 1) + spentMs / 60_000 + 1);
      }),
    );
  });
});
