import { limits } from '../limits.ts';

type Attempt = { readonly name: string; readonly source: string };
type Failures = { count: number; lastMs: number; waitUntilMs: number };

/**
 * Slows guessing down: waits that double with each failure, for one name from one source and for a source whatever it
 * names. In memory, so that a restart forgives; and never by the name alone, or strangers could keep its owner out. Nor do
 * strangers of the same source keep out whoever signed in from there before: they wait for failures of their own name alone.
 */
export function createThrottle(nowMs: () => number) {
  // INVARIANT: ordered by the last failure, so that the first is the one to forget when there are too many.
  const remembered = new Map<string, Failures>();

  // INVARIANT: ordered by the last success, for the same reason.
  const known = new Set<string>();

  const waitOf = (key: string): number => Math.max(0, (remembered.get(key)?.waitUntilMs ?? 0) - nowMs());

  const fail = (key: string, free: number) => {
    const now = nowMs();
    const before = remembered.get(key);
    const isForgotten = before === undefined || now - before.lastMs >= limits.throttle.forgottenAfterMs;
    const count = isForgotten ? 1 : before.count + 1;
    remembered.delete(key);
    remembered.set(key, { count, lastMs: now, waitUntilMs: now + waitAfter(count - free) });
    const [oldest] = remembered.keys();
    if (remembered.size > limits.throttle.remembered && oldest !== undefined) remembered.delete(oldest);
  };

  return {
    /**
     * Zero, and the attempt counts as failed until it is forgiven, so that many at once are no way round; or how many
     * seconds are left to wait, and nothing is counted.
     */
    begin: (attempt: Attempt): number => {
      const both = ofBoth(attempt);
      const wait = Math.max(waitOf(both), known.has(both) ? 0 : waitOf(ofSource(attempt)));
      if (wait > 0) return Math.ceil(wait / 1000);
      fail(both, limits.throttle.failuresOfNameAndSource);
      fail(ofSource(attempt), limits.throttle.failuresOfSource);
      return 0;
    },
    /** The attempt was none of guessing. The source keeps its other failures: one good account must not pay for guesses at others. */
    forgive: (attempt: Attempt): void => {
      const both = ofBoth(attempt);
      remembered.delete(both);
      known.delete(both);
      known.add(both);
      const [oldest] = known;
      if (known.size > limits.throttle.remembered && oldest !== undefined) known.delete(oldest);
      const source = remembered.get(ofSource(attempt));
      if (source === undefined) return;
      source.count -= 1;
      if (source.count < limits.throttle.failuresOfSource) source.waitUntilMs = 0;
    },
    size: () => remembered.size,
  };
}

export type Throttle = ReturnType<typeof createThrottle>;

function waitAfter(failuresTooMany: number): number {
  if (failuresTooMany < 0) return 0;
  const { firstWaitMs, longestWaitMs } = limits.throttle;
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failuresTooMany, 30));
}

function ofBoth({ name, source }: Attempt): string {
  return JSON.stringify([source, name]);
}

function ofSource({ source }: Attempt): string {
  return JSON.stringify([source]);
}
