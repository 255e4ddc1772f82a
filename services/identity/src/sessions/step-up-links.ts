import { ok, type Result, refused } from '@modelward/basics';
import { type Account, createAccountStore } from '../accounts/account-store.ts';
import type { PasskeyAnswer } from '../factors/passkey-ceremony.ts';
import { createPasskeyStore } from '../factors/passkey-store.ts';
import { limits } from '../limits.ts';
import { hashSecret, isSecret, type RandomBytes } from '../secrets.ts';
import { undoable } from '../undoable.ts';
import { liftSession, type Opened } from './open-session.ts';
import { createSessionStore, type Session } from './session-store.ts';
import type { SignInDeps } from './sign-in.ts';
import { createStepUpLinkStore, type StepUpLink } from './step-up-link-store.ts';

type Owner = { readonly account: Account; readonly session: Session };

export type StepUpApproval = {
  readonly secret: string;
  readonly answer: PasskeyAnswer;
  /** What must happen with the approval or not at all; it throws to undo both. */
  readonly inTransaction?: (owner: Owner) => Promise<void>;
};

/** Crockford's: no letter that is taken for a digit. */
const codeAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A step up for a session where no passkey can be used, as in a terminal. Its person opens a link in a browser, compares a
 * code, and uses a passkey there; the session itself then takes the result, and nobody else can.
 */
export function createStepUpLinks(deps: SignInDeps & { readonly randomBytes: RandomBytes }) {
  const { tables, nowMs, secrets, proofs, ceremony, randomBytes } = deps;
  const store = createStepUpLinkStore(tables);

  const begin = async ({ session }: Owner): Promise<{ secret: string; code: string; endsAtMs: number }> => {
    const secret = secrets.newSecret('mw_stp');
    const letters = Array.from(randomBytes(8), (byte) => codeAlphabet[byte & 31]).join('');
    const code = `${letters.slice(0, 4)}-${letters.slice(4)}`;
    const endsAtMs = nowMs() + limits.factors.challengeMs;
    await store.replace({ sessionId: session.id, code, endsAtMs, approvedAtMs: null }, hashSecret(secret));
    return { secret, code, endsAtMs };
  };

  const find = async (secret: string): Promise<(Owner & { link: StepUpLink }) | undefined> => {
    const link = isSecret(secret, 'mw_stp') ? await store.findBySecret(hashSecret(secret)) : undefined;
    if (link === undefined || link.approvedAtMs !== null || nowMs() >= link.endsAtMs) return undefined;
    const session = await createSessionStore(tables).findById(link.sessionId);
    const account = session && (await createAccountStore(tables).findById(session.accountId));
    return session === undefined || account === undefined ? undefined : { link, session, account };
  };

  /** What the person has to see before they say yes, and what their browser needs for it. */
  const look = async (secret: string) => {
    const found = await find(secret);
    if (found === undefined) return undefined;
    const { account, session, link } = found;
    const known = await createPasskeyStore(tables).list(account.id);
    const options = await ceremony.authenticationOptions({ purpose: 'step-up', sessionId: session.id }, known);
    return { account, session, code: link.code, options };
  };

  const approve = async (approval: StepUpApproval): Promise<Result<Owner, 'unknown' | 'refused'>> => {
    const found = await find(approval.secret);
    if (found === undefined) return refused('unknown');
    const { account, session, link } = found;
    const use = { purpose: 'step-up', sessionId: session.id } as const;
    const proof = await proofs.check(account.id, { kind: 'passkey', answer: approval.answer }, use);
    if (!proof.ok) return refused('refused');
    return undoable(tables, async (transaction) => {
      if (!(await createAccountStore(transaction).holdActive({ id: account.id }))) return refused('unknown');
      if (!(await proof.value.spend(transaction))) return refused('refused');
      const isMine = await createStepUpLinkStore(transaction).approve({ ...link, nowMs: nowMs() });
      if (!isMine) return refused('unknown');
      await approval.inTransaction?.({ account, session });
      return ok({ account, session });
    });
  };

  /** `waiting`: the person has not said yes so far. */
  const collect = async ({ account, session }: Owner): Promise<Result<Opened, 'waiting' | 'unknown'>> => {
    const link = await store.findOf(session.id);
    if (link === undefined || nowMs() >= link.endsAtMs) return refused('unknown');
    if (link.approvedAtMs === null) return refused('waiting');
    const isPrivileged = await deps.isPrivileged(account.id);
    return undoable(tables, async (transaction) => {
      if (!(await createAccountStore(transaction).holdActive({ id: account.id }))) return refused('unknown');
      const isMine = await createStepUpLinkStore(transaction).take({ sessionId: session.id, nowMs: nowMs() });
      const lifting = { account, session, methods: ['passkey'], isPrivileged } as const;
      const opened = isMine && (await liftSession(lifting, { transaction, secrets, nowMs: nowMs() }));
      return opened ? ok(opened) : refused('unknown');
    });
  };

  return { begin, look, approve, collect };
}
