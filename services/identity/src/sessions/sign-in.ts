import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { isAccountName } from '../accounts/account-name.ts';
import { createAccountStore } from '../accounts/account-store.ts';
import type { PasskeyAnswer, PasskeyCeremony } from '../factors/passkey-ceremony.ts';
import type { Proofs } from '../factors/proof.ts';
import type { PasswordHashing } from '../passwords/hashing.ts';
import type { Secrets } from '../secrets.ts';
import { type Client, type Opened, openSession } from './open-session.ts';
import type { Throttle } from './throttle.ts';

type Attempt = {
  /** Where the attempt comes from, as coarse as failures shall be counted together. */
  readonly source: string;
  readonly client?: Client;
  /** What must happen before the session can be used or not at all; it throws to undo both. */
  readonly inTransaction?: (opened: Opened) => Promise<void>;
};

export type SignIn = Attempt & { readonly name: string; readonly password: string };
export type PasskeySignIn = Attempt & { readonly answer: PasskeyAnswer };

export type SignInRefusal = 'refused' | 'busy' | { readonly throttledSeconds: number };

export type SignInDeps = {
  readonly tables: Kysely<Tables>;
  readonly nowMs: () => number;
  readonly secrets: Secrets;
  readonly hashing: PasswordHashing;
  readonly throttle: Throttle;
  readonly ceremony: PasskeyCeremony;
  readonly proofs: Proofs;
  readonly isPrivileged: (accountId: string) => Promise<boolean>;
};

/** Signing in: with a password, which a second factor has to follow, or with a passkey alone. */
export function createSignIn(deps: SignInDeps) {
  const { tables, nowMs, secrets, hashing, throttle } = deps;
  const accounts = createAccountStore(tables);

  /** Every failure costs one verification and has one answer, so that nobody learns which accounts there are. */
  const open = async ({ name, password, source, ...attempt }: SignIn): Promise<Result<Opened, SignInRefusal>> => {
    // What cannot be a name is counted as one: there is no end of them.
    const counted = { name: isAccountName(name) ? name : '', source };
    const throttledSeconds = throttle.begin(counted);
    if (throttledSeconds > 0) return refused({ throttledSeconds });
    const found = await accounts.findWithPassword(counted.name);
    const passwordHash =
      found?.account.kind === 'person' && found.account.state === 'active' ? found.passwordHash : null;
    const verified = await hashing.verify(password, passwordHash);
    if (!verified.ok) return verified;
    if (!verified.value || found === undefined || passwordHash === null) return refused('refused');
    const held = { id: found.account.id, passwordHash };
    const opening = { account: found.account, methods: ['password'], isPrivileged: false } as const;
    const opened = await begin({ ...attempt, held, opening });
    if (opened === undefined) return refused('refused');
    throttle.forgive(counted);
    return ok(opened);
  };

  const openWithPasskey = async (wanted: PasskeySignIn): Promise<Result<Opened, SignInRefusal>> => {
    const { answer, source, ...attempt } = wanted;
    const counted = { name: '', source };
    const throttledSeconds = throttle.begin(counted);
    if (throttledSeconds > 0) return refused({ throttledSeconds });
    const proof = await deps.proofs.checkPasskey(answer, { purpose: 'sign-in' });
    const account = proof.ok ? await accounts.findById(proof.value.accountId) : undefined;
    if (!proof.ok || account === undefined) return refused('refused');
    const isPrivileged = await deps.isPrivileged(account.id);
    const opening = { account, methods: ['passkey'], isPrivileged } as const;
    const opened = await begin({ ...attempt, held: { id: account.id }, opening, spend: proof.value.spend });
    if (opened === undefined) return refused('refused');
    throttle.forgive(counted);
    return ok(opened);
  };

  type Beginning = Pick<Attempt, 'client' | 'inTransaction'> & {
    readonly held: { readonly id: string; readonly passwordHash?: string };
    readonly opening: Omit<Parameters<typeof openSession>[0], 'client'>;
    readonly spend?: (transaction: Kysely<Tables>) => Promise<boolean>;
  };

  const begin = ({ held, opening, spend, client = 'program', inTransaction }: Beginning): Promise<Opened | undefined> =>
    tables.transaction().execute(async (transaction) => {
      if (!(await createAccountStore(transaction).holdActive(held))) return undefined;
      if (spend !== undefined && !(await spend(transaction))) return undefined;
      const opened = await openSession({ ...opening, client }, { transaction, secrets, nowMs: nowMs() });
      await inTransaction?.(opened);
      return opened;
    });

  /** What a browser needs to sign somebody in whom it knows and the server does not yet. */
  const passkeyOptions = () => deps.ceremony.authenticationOptions({ purpose: 'sign-in' }, []);

  return { open, openWithPasskey, passkeyOptions };
}
