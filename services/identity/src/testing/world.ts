import { randomBytes } from 'node:crypto';
import type { Result } from '@modelward/basics';
import type { Database } from '@modelward/storage';
import { Secret, TOTP } from 'otpauth';
import {
  type Changed,
  createSoftwarePasskey,
  type SoftwarePasskey,
} from '../../../../tests/support/software-passkey.ts';
import type { Asker } from '../factors/factor-change.ts';
import { createIdentity } from '../identity.ts';

export const password = 'seven green kettles sing';
export const origin = 'http://localhost:8080';
export const otherPassword = 'nine quiet ladders lean';

/** The value of what must have been granted. */
export function granted<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.reason)}`);
  return result.value;
}

/** Identity over an empty database, and a clock that stands still until it is moved. */
export function createWorld(database: Database) {
  const clock = { nowMs: 1_800_000_000_000 };
  const privileged = new Set<string>();
  const identity = createIdentity({
    database,
    nowMs: () => clock.nowMs,
    randomBytes,
    key: new Uint8Array(32).fill(7),
    relyingParty: { hostName: 'localhost', origin },
    isPrivileged: async (accountId) => privileged.has(accountId),
  });
  const addActive = async (name: string) => {
    const { invitation } = granted(await identity.accounts.addPerson({ name }));
    return granted(await identity.enrolments.redeem({ secret: invitation.secret, password })).account;
  };
  const addToken = async (account: { id: string }, lifetimeSeconds = 3600) =>
    granted(await identity.tokens.create({ account, label: 'mlflow', scopes: ['model.read'], lifetimeSeconds }));
  const signIn = (name: string, typed = password, source = 'src_a') =>
    identity.sessions.open({ name, password: typed, source });
  /** The person as they are after signing in with the password alone. */
  const asker = async (name: string): Promise<Asker> => {
    const { account, session } = granted(await signIn(name));
    return { account, session };
  };
  /** A person with an authenticator app, a whole session, and the codes that came with it. */
  const addWithTotp = async (name: string) => {
    await addActive(name);
    const asking = await asker(name);
    const { secret } = granted(await identity.factors.totp.begin(asking));
    const added = granted(await identity.factors.totp.confirm(asking, codeOf(secret, clock.nowMs)));
    if (added.opened === undefined) throw new Error('the first factor has not made the session a whole one');
    return { ...added.opened, totpSecret: secret, recoveryCodes: added.recoveryCodes ?? [] };
  };
  const addPasskey = async (asking: Asker, passkey = createSoftwarePasskey(origin), name = 'laptop') => {
    const options = granted(await identity.factors.passkeys.begin(asking));
    const added = granted(await identity.factors.passkeys.add(asking, { name, answer: passkey.create(options) }));
    return { ...added, device: passkey };
  };
  /** A person whose first and only factor is a passkey. */
  const addWithPasskey = async (name: string) => {
    await addActive(name);
    const added = await addPasskey(await asker(name));
    if (added.opened === undefined) throw new Error('the first factor has not made the session a whole one');
    return { ...added, ...added.opened };
  };
  const signInWith = async (device: SoftwarePasskey, changed?: Changed) =>
    identity.sessions.openWithPasskey({
      answer: device.get(await identity.sessions.passkeyOptions(), changed),
      source: 'src_a',
    });
  const people = { asker, addWithTotp, addPasskey, addWithPasskey, signInWith };
  return { ...identity, ...people, tables: database.tables, clock, privileged, addActive, addToken, signIn };
}

/** What an authenticator app shows. */
export function codeOf(secret: string, nowMs: number): string {
  return new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: nowMs });
}

export type World = ReturnType<typeof createWorld>;
