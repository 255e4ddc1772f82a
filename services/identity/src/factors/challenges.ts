import { fromBase64Url, toBase64Url } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { limits } from '../limits.ts';
import type { Sealing } from '../sealing.ts';
import { hashSecret, type RandomBytes } from '../secrets.ts';

/** What an answer may be used for: whoever the challenge was made for, and to do what. */
export type ChallengeUse =
  | { readonly purpose: 'sign-in' }
  | { readonly purpose: 'step-up' | 'registration'; readonly sessionId: string };

type Deps = { readonly sealing: Sealing; readonly nowMs: () => number; readonly randomBytes: RandomBytes };

const randomLength = 16;
const timeLength = 8;

/**
 * WebAuthn challenges that carry their own end and our mark. Strangers may ask for as many as they like and nothing is
 * stored; what is stored is that one was answered, for as long as it would have been good.
 */
export function createChallenges({ sealing, nowMs, randomBytes }: Deps) {
  return {
    issue: (use: ChallengeUse): string => {
      const head = Buffer.alloc(randomLength + timeLength);
      head.set(randomBytes(randomLength));
      head.writeBigUInt64BE(BigInt(nowMs() + limits.factors.challengeMs), randomLength);
      return toBase64Url(Buffer.concat([head, sealing.mark(markedText(head, use))]));
    },
    isOurs: (challenge: string, use: ChallengeUse): boolean => {
      const bytes = fromBase64Url(challenge);
      if (bytes === undefined) return false;
      const head = bytes.subarray(0, randomLength + timeLength);
      return sealing.isMarked(markedText(head, use), bytes.subarray(head.length)) && nowMs() < endOf(bytes);
    },
    /** Whether this call is the one that its answer counts for: of many at once, one is. */
    useUp: async (challenge: string, transaction: Kysely<Tables>): Promise<boolean> => {
      const bytes = fromBase64Url(challenge);
      if (bytes === undefined) return false;
      await transaction.deleteFrom('used_challenges').where('ends_at_ms', '<=', nowMs()).execute();
      const { numInsertedOrUpdatedRows } = await transaction
        .insertInto('used_challenges')
        .values({ challenge_hash: hashSecret(challenge), ends_at_ms: endOf(bytes) })
        .onConflict((conflict) => conflict.column('challenge_hash').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n && nowMs() < endOf(bytes);
    },
  };
}

export type Challenges = ReturnType<typeof createChallenges>;

function markedText(head: Uint8Array, use: ChallengeUse): string {
  return JSON.stringify([toBase64Url(head), use.purpose, 'sessionId' in use ? use.sessionId : '']);
}

function endOf(bytes: Uint8Array): number {
  return Number(Buffer.from(bytes).readBigUInt64BE(randomLength));
}
