import { ok, type Result, refused } from '@modelward/basics';
import { createSessionStore } from '../sessions/session-store.ts';
import type { Added, Asker, FactorChange, FactorDeps, FactorRefusal } from './factor-change.ts';
import { createFactorStore } from './factor-store.ts';
import { counterOf, newTotpSecret, totpOf } from './totp-code.ts';

/** What RFC 4226 section 4 recommends. */
const secretBytes = 20;

/** A person's own authenticator app. */
export function createOwnTotp(deps: FactorDeps, { flawOf, change, finishAdding }: FactorChange) {
  const { tables, nowMs, sealing, randomBytes } = deps;
  const store = createFactorStore(tables).totp;

  /** A seed for the app to keep; nothing is changed until a code of it comes back. */
  const begin = async (asker: Asker): Promise<Result<{ secret: string; uri: string }, FactorRefusal>> => {
    const flaw = await flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    const accountId = asker.account.id;
    const secret = newTotpSecret(randomBytes(secretBytes));
    const sealedSecret = sealing.seal(secret, accountId);
    const begun = { accountId, sealedSecret, failures: 0, createdAtMs: nowMs(), confirmedAtMs: null };
    if (!(await store.begin(begun))) return refused('factor-exists');
    return ok({ secret, uri: totpOf(secret, asker.account.name).toString() });
  };

  const confirm = async (asker: Asker, code: string): Promise<Result<Added, FactorRefusal>> => {
    const flaw = await flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    const accountId = asker.account.id;
    const pending = await store.find(accountId);
    if (pending === undefined || pending.confirmedAtMs !== null) return refused('factor-unknown');
    const counter = counterOf(sealing.open(pending.sealedSecret, accountId), code, nowMs());
    if (counter === undefined) return refused('factor-refused');
    return change(asker, { kind: 'totp-added', subject: null }, async (changing) => {
      const { totp } = createFactorStore(changing.transaction);
      if (!(await totp.confirm(pending, { counter, nowMs: nowMs() }))) return refused('factor-exists');
      return finishAdding(changing, asker, 'totp');
    });
  };

  const remove = async (asker: Asker): Promise<Result<void, FactorRefusal>> => {
    const flaw = await flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    const accountId = asker.account.id;
    return change(asker, { kind: 'totp-removed', subject: null }, async ({ transaction }) => {
      const factors = createFactorStore(transaction);
      if (!(await factors.totp.remove(accountId))) return refused('factor-unknown');
      if (!(await factors.hasSecond(accountId))) return refused('last-factor');
      const except = asker.session.id;
      await createSessionStore(transaction).endAllOf({ accountId, nowMs: nowMs(), except });
      return ok(undefined);
    });
  };

  return { begin, confirm, remove };
}
