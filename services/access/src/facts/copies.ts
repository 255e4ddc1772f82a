import { createBoundedMap } from './bounded-map.ts';

type Copy<Value> = { readonly value: Value; readonly readAtMs: number };

/** Copies of what the store said, kept until news comes that it may be otherwise, or they are too old. */
export function createCopies<Value>({ limit, maxAgeMs }: { readonly limit: number; readonly maxAgeMs: number }) {
  const kept = createBoundedMap<string, Copy<Value>>(limit);
  let changes = 0;
  return {
    get: (key: string, nowMs: number): Value | undefined => {
      const copy = kept.get(key);
      if (copy === undefined) return undefined;
      const ageMs = nowMs - copy.readAtMs;
      // A clock that was set back says nothing of an age.
      return ageMs >= 0 && ageMs < maxAgeMs ? copy.value : undefined;
    },
    /**
     * Called before the store is read; what it returns keeps what was read. INVARIANT: nothing is kept that was read before
     * a change of which the news came while it was on its way.
     */
    startReading: (nowMs: number) => {
      const before = changes;
      return (key: string, value: Value): void => {
        if (before === changes) kept.set(key, { value, readAtMs: nowMs });
      };
    },
    forget: (): void => {
      changes += 1;
      kept.clear();
    },
  };
}
