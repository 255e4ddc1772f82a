import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { limits } from '../limits.ts';
import { createNoticeStore } from '../notices/notice-store.ts';
import type { Sealing } from '../sealing.ts';
import type { Secrets } from '../secrets.ts';
import type { Challenges, ChallengeUse } from './challenges.ts';
import type { PasskeyAnswer, PasskeyCeremony } from './passkey-ceremony.ts';
import { createPasskeyStore, type Passkey } from './passkey-store.ts';
import { hashOfRecoveryCode } from './recovery-code.ts';
import { createRecoveryCodeStore } from './recovery-code-store.ts';
import type { Method } from './strength.ts';
import { counterOf } from './totp-code.ts';
import { createTotpStore } from './totp-store.ts';

/** A second factor, or a passkey, which is both at once. */
export type Proof =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'recovery-code'; readonly code: string }
  | { readonly kind: 'passkey'; readonly answer: PasskeyAnswer };

/** A proof that is right. It counts once, in the transaction that it is spent in: whoever comes second is told no. */
export type CheckedProof = {
  readonly method: Method;
  readonly accountId: string;
  readonly spend: (transaction: Kysely<Tables>) => Promise<boolean>;
};

export type ProofDeps = {
  readonly tables: Kysely<Tables>;
  readonly nowMs: () => number;
  readonly secrets: Secrets;
  readonly sealing: Sealing;
  readonly challenges: Challenges;
  readonly ceremony: PasskeyCeremony;
};

type Checked = Result<CheckedProof, 'refused'>;

export function createProofs(deps: ProofDeps) {
  const { tables, nowMs, sealing } = deps;

  const checkTotp = async (accountId: string, code: string): Promise<Checked> => {
    const store = createTotpStore(tables);
    const totp = await store.find(accountId);
    if (totp === undefined || totp.confirmedAtMs === null) return refused('refused');
    if (totp.failures >= limits.factors.failuresOfTotp) return refused('refused');
    const counter = counterOf(sealing.open(totp.sealedSecret, accountId), code, nowMs());
    if (counter === undefined) {
      await store.noteFailure(accountId);
      return refused('refused');
    }
    const spend = (transaction: Kysely<Tables>) => createTotpStore(transaction).use(totp, counter);
    return ok({ method: 'totp', accountId, spend });
  };

  const checkRecoveryCode = (accountId: string, code: string): Checked => {
    const codeHash = hashOfRecoveryCode(code);
    if (codeHash === undefined) return refused('refused');
    const spend = async (transaction: Kysely<Tables>) => {
      const used = await createRecoveryCodeStore(transaction).useUp({ accountId, codeHash, nowMs: nowMs() });
      if (used) await note(transaction, accountId, deps);
      return used;
    };
    return ok({ method: 'recovery-code', accountId, spend });
  };

  /** Of any person: the passkey says whose it is. */
  const checkPasskey = async (answer: PasskeyAnswer, use: ChallengeUse): Promise<Checked> => {
    const passkey = await createPasskeyStore(tables).findByCredential(answer.id);
    if (passkey === undefined) return refused('refused');
    const verified = await deps.ceremony.verify(answer, { passkey, use });
    if (!verified.ok) {
      if (verified.reason === 'copied') await noteCopy(passkey, deps);
      return refused('refused');
    }
    const { challenge, counter, backedUp } = verified.value;
    const spend = async (transaction: Kysely<Tables>) => {
      if (!(await deps.challenges.useUp(challenge, transaction))) return false;
      const seen = { id: passkey.id, counterBefore: passkey.counter, counter, backedUp, nowMs: nowMs() };
      return createPasskeyStore(transaction).use(seen);
    };
    return ok({ method: 'passkey', accountId: passkey.accountId, spend });
  };

  const check = async (accountId: string, proof: Proof, use: ChallengeUse): Promise<Checked> => {
    switch (proof.kind) {
      case 'totp':
        return checkTotp(accountId, proof.code);
      case 'recovery-code':
        return checkRecoveryCode(accountId, proof.code);
      case 'passkey': {
        const checked = await checkPasskey(proof.answer, use);
        return checked.ok && checked.value.accountId !== accountId ? refused('refused') : checked;
      }
    }
  };

  return { check, checkPasskey };
}

export type Proofs = ReturnType<typeof createProofs>;

async function note(transaction: Kysely<Tables>, accountId: string, { secrets, nowMs }: ProofDeps): Promise<void> {
  const notice = { id: secrets.newId('ntc'), kind: 'recovery-code-used', subject: null, atMs: nowMs() } as const;
  await createNoticeStore(transaction).insert(accountId, notice);
}

/** A counter that went back: two copies of one key are in use, and nobody can tell which of them is the person's. */
async function noteCopy({ accountId, name }: Passkey, { tables, secrets, nowMs }: ProofDeps): Promise<void> {
  const notice = { id: secrets.newId('ntc'), kind: 'passkey-copied', subject: name, atMs: nowMs() } as const;
  await createNoticeStore(tables).insert(accountId, notice);
}
