import { ok, type Result, refused } from '@modelward/basics';
import { hash, verify } from '@node-rs/argon2';
import { limits } from '../limits.ts';

/** OWASP's second choice: 19 MiB, two passes, one lane. The algorithm is argon2id where none is named. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Of the same cost, and of no password: verified when there is none to verify, so that both take equally long. */
const hashOfNothing = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Hashes and verifies passwords, a few at a time: each takes 19 MiB and a core, and strangers may ask for them. */
export function createPasswordHashing() {
  const inTurn = createQueue();
  return {
    hash: (password: string): Promise<Result<string, 'busy'>> => inTurn(() => hash(normalized(password), cost)),
    /** False, after the same time, when there is no hash to compare with. */
    verify: async (password: string, stored: string | null): Promise<Result<boolean, 'busy'>> => {
      const isMeasured = password.length <= limits.passwords.mostUnitsGiven;
      const given = isMeasured ? normalized(password) : '';
      const verified = await inTurn(() => verify(stored ?? hashOfNothing, given));
      return verified.ok ? ok(verified.value && stored !== null && isMeasured) : verified;
    },
  };
}

export type PasswordHashing = ReturnType<typeof createPasswordHashing>;

/** One password typed on two keyboards is one password. */
export function normalized(password: string): string {
  return password.normalize('NFKC');
}

function createQueue() {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Value>(work: () => Promise<Value>): Promise<Result<Value, 'busy'>> => {
    if (running === limits.passwords.hashesAtOnce) {
      if (waiting.length === limits.passwords.hashesWaiting) return refused('busy');
      // Whoever finishes hands its turn on, so that `running` stays as it is.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return ok(await work());
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
