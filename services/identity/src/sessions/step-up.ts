import { ok, type Result, refused } from '@modelward/basics';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import { createFactorStore } from '../factors/factor-store.ts';
import { isFresh } from '../factors/fresh.ts';
import { createPasskeyStore } from '../factors/passkey-store.ts';
import type { CheckedProof, Proof } from '../factors/proof.ts';
import { type Method, strengthOf } from '../factors/strength.ts';
import { undoable } from '../undoable.ts';
import { liftSession, type Opened } from './open-session.ts';
import { createSessionStore, type Session } from './session-store.ts';
import type { SignInDeps } from './sign-in.ts';

export type StepUp = {
  readonly account: Account;
  readonly session: Session;
  readonly source: string;
  readonly password?: string;
  readonly proof?: Proof;
  /** What must happen before the session is stronger or not at all; it throws to undo both. */
  readonly inTransaction?: (opened: Opened) => Promise<void>;
};

export type StepUpRefusal =
  | 'refused'
  | 'busy'
  | { readonly throttledSeconds: number }
  /** A code alone is one factor, and the password was given too long ago. */
  | 'password-needed'
  | 'factor-needed'
  /** Too many wrong ones: the session has ended. */
  | 'ended';

/** Proving more, or again, in a session that there is: it alone becomes stronger, and its secret is a new one. */
export function createStepUp(deps: SignInDeps) {
  const { tables, nowMs, secrets, proofs } = deps;
  const store = createSessionStore(tables);

  const stepUp = async (wanted: StepUp): Promise<Result<Opened, StepUpRefusal>> => {
    const { account, session, proof: given } = wanted;
    if (!(await store.countAttempt(session.id))) {
      await store.end({ id: session.id, nowMs: nowMs() });
      return refused('ended');
    }
    const password = await checkPassword(wanted, deps);
    if (!password.ok) return password;
    const use = { purpose: 'step-up', sessionId: session.id } as const;
    const proof = given && (await proofs.check(account.id, given, use));
    if (proof !== undefined && !proof.ok) return refused('refused');
    const methods = provedMethods(wanted, { nowMs: nowMs() });
    const hasFactor = await createFactorStore(tables).hasSecond(account.id);
    const flaw = methodsFlaw(methods, { session, hasFactor });
    if (flaw !== undefined) return refused(flaw);
    const isPrivileged = await deps.isPrivileged(account.id);
    return lift({ ...wanted, methods, isPrivileged, ...(proof === undefined ? {} : { checked: proof.value }) });
  };

  type Lifting = StepUp & {
    readonly methods: readonly Method[];
    readonly isPrivileged: boolean;
    readonly checked?: CheckedProof;
  };

  const lift = ({ inTransaction, checked, ...lifting }: Lifting): Promise<Result<Opened, StepUpRefusal>> =>
    undoable(tables, async (transaction) => {
      if (!(await createAccountStore(transaction).holdActive({ id: lifting.account.id }))) return refused('refused');
      if (checked !== undefined && !(await checked.spend(transaction))) return refused('refused');
      const opened = await liftSession(lifting, { transaction, secrets, nowMs: nowMs() });
      if (opened === undefined) return refused('ended');
      await inTransaction?.(opened);
      return ok(opened);
    });

  /** The person's own passkeys, for a browser that must not offer somebody else's. */
  const stepUpOptions = async (session: Session) =>
    deps.ceremony.authenticationOptions(
      { purpose: 'step-up', sessionId: session.id },
      await createPasskeyStore(tables).list(session.accountId),
    );

  return { stepUp, stepUpOptions };
}

async function checkPassword(
  { account, password, source }: StepUp,
  { tables, hashing, throttle }: SignInDeps,
): Promise<Result<void, StepUpRefusal>> {
  if (password === undefined) return ok(undefined);
  const counted = { name: account.name, source };
  const throttledSeconds = throttle.begin(counted);
  if (throttledSeconds > 0) return refused({ throttledSeconds });
  const found = await createAccountStore(tables).findWithPassword(account.name);
  const verified = await hashing.verify(password, found?.passwordHash ?? null);
  if (!verified.ok) return verified;
  if (!verified.value) return refused('refused');
  throttle.forgive(counted);
  return ok(undefined);
}

/** What was proved now, and the password of a sign-in that has only just begun. */
function provedMethods({ session, password, proof }: StepUp, { nowMs }: { nowMs: number }): readonly Method[] {
  if (proof?.kind === 'passkey') return ['passkey'];
  const hasPassword = password !== undefined || (session.methods.includes('password') && isFresh(session, nowMs));
  return [...(hasPassword ? (['password'] as const) : []), ...(proof === undefined ? [] : [proof.kind])];
}

type Before = { readonly session: Session; readonly hasFactor: boolean };

function methodsFlaw(methods: readonly Method[], { session, hasFactor }: Before): StepUpRefusal | undefined {
  const before = strengthOf(session.methods);
  const after = strengthOf(methods);
  if (methods.length === 1 && methods[0] !== 'passkey' && methods[0] !== 'password') return 'password-needed';
  // It may become younger and stronger, never weaker: who lost the passkey signs in anew.
  if (before.phishingResistant && !after.phishingResistant) return 'factor-needed';
  return after.level === 'aal1' && (hasFactor || before.level !== 'aal1') ? 'factor-needed' : undefined;
}
