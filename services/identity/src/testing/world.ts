import { randomBytes } from 'node:crypto';
import type { Result } from '@modelward/basics';
import type { Database } from '@modelward/storage';
import { createIdentity } from '../identity.ts';

export const password = 'seven green kettles sing';
export const otherPassword = 'nine quiet ladders lean';

/** The value of what must have been granted. */
export function granted<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.reason)}`);
  return result.value;
}

/** Identity over an empty database, and a clock that stands still until it is moved. */
export function createWorld(database: Database) {
  const clock = { nowMs: 1_800_000_000_000 };
  const identity = createIdentity({ database, nowMs: () => clock.nowMs, randomBytes });
  const addActive = async (name: string) => {
    const { invitation } = granted(await identity.accounts.addPerson({ name }));
    return granted(await identity.enrolments.redeem({ secret: invitation.secret, password })).account;
  };
  const addToken = async (account: { id: string }, lifetimeSeconds = 3600) =>
    granted(await identity.tokens.create({ account, label: 'mlflow', scopes: ['model.read'], lifetimeSeconds }));
  const signIn = (name: string, typed = password, source = 'src_a') =>
    identity.sessions.open({ name, password: typed, source });
  return { ...identity, tables: database.tables, clock, addActive, addToken, signIn };
}

export type World = ReturnType<typeof createWorld>;
