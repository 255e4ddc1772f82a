import type { KeyObject } from 'node:crypto';
import type { Database } from '@modelward/storage';
import { createAccounts } from './accounts/accounts.ts';
import { createEnrolments } from './enrolment/enrolments.ts';
import { createChallenges } from './factors/challenges.ts';
import { createFactorChange } from './factors/factor-change.ts';
import { createFactors } from './factors/factors.ts';
import { createPasskeyCeremony, type RelyingParty } from './factors/passkey-ceremony.ts';
import { createProofs } from './factors/proof.ts';
import { createGroups } from './groups/groups.ts';
import { createPasswordHashing } from './passwords/hashing.ts';
import { createPasswords } from './passwords/passwords.ts';
import { createSealing } from './sealing.ts';
import { createSecrets, type RandomBytes } from './secrets.ts';
import { createSessions } from './sessions/sessions.ts';
import { createStepUpLinks } from './sessions/step-up-links.ts';
import { createThrottle } from './sessions/throttle.ts';
import { createTokens } from './tokens/tokens.ts';

export type IdentityDeps = {
  readonly database: Pick<Database, 'tables'>;
  readonly nowMs: () => number;
  /** Of a cryptographic generator: every id and secret is made of these. */
  readonly randomBytes: RandomBytes;
  /** 32 bytes that are not kept beside the database: what has to be read again is sealed with them. */
  readonly key: Uint8Array | KeyObject;
  readonly relyingParty: RelyingParty;
  /** Whether somebody's roles can harm everybody: their sessions may rest less. */
  readonly isPrivileged: (accountId: string) => Promise<boolean>;
};

export type Identity = ReturnType<typeof createIdentity>;

export function createIdentity({ database, nowMs, randomBytes, key, relyingParty, isPrivileged }: IdentityDeps) {
  const { tables } = database;
  const sealing = createSealing({ key, randomBytes });
  const challenges = createChallenges({ sealing, nowMs, randomBytes });
  const ceremony = createPasskeyCeremony({ challenges, relyingParty });
  const shared = {
    tables,
    nowMs,
    randomBytes,
    secrets: createSecrets(randomBytes),
    hashing: createPasswordHashing(),
    throttle: createThrottle(nowMs),
    sealing,
    challenges,
    ceremony,
    isPrivileged,
  };
  const signIn = { ...shared, proofs: createProofs(shared) };
  return {
    accounts: createAccounts(shared),
    groups: createGroups(shared),
    enrolments: createEnrolments(shared),
    passwords: createPasswords(signIn, createFactorChange(shared)),
    factors: createFactors(shared),
    sessions: createSessions(signIn),
    stepUpLinks: createStepUpLinks(signIn),
    tokens: createTokens(shared),
  };
}
