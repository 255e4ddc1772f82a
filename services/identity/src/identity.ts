import type { Database } from '@modelward/storage';
import { createAccounts } from './accounts/accounts.ts';
import { createEnrolments } from './enrolment/enrolments.ts';
import { createGroups } from './groups/groups.ts';
import { createPasswordHashing } from './passwords/hashing.ts';
import { createSecrets, type RandomBytes } from './secrets.ts';
import { createSessions } from './sessions/sessions.ts';
import { createTokens } from './tokens/tokens.ts';

export type IdentityDeps = {
  readonly database: Pick<Database, 'tables'>;
  readonly nowMs: () => number;
  /** Of a cryptographic generator: every id and secret is made of these. */
  readonly randomBytes: RandomBytes;
};

export type Identity = ReturnType<typeof createIdentity>;

export function createIdentity({ database, nowMs, randomBytes }: IdentityDeps) {
  const { tables } = database;
  const shared = { tables, nowMs, secrets: createSecrets(randomBytes), hashing: createPasswordHashing() };
  return {
    accounts: createAccounts(shared),
    groups: createGroups(shared),
    enrolments: createEnrolments(shared),
    sessions: createSessions(shared),
    tokens: createTokens(shared),
  };
}
