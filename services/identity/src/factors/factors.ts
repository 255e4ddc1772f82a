import { ok, type Result, refused } from '@modelward/basics';
import { createNoticeStore } from '../notices/notice-store.ts';
import { type Asker, createFactorChange, type FactorDeps, type FactorRefusal } from './factor-change.ts';
import { createFactorStore } from './factor-store.ts';
import { createOwnPasskeys } from './own-passkeys.ts';
import { createOwnTotp } from './own-totp.ts';

/** Factors: what a person has to prove besides the password, and what they were told about it. */
export function createFactors(deps: FactorDeps) {
  const store = createFactorStore(deps.tables);
  const factorChange = createFactorChange(deps);

  /** What a person has, for their own eyes. */
  const list = async (accountId: string) => {
    const totp = await store.totp.find(accountId);
    return {
      passkeys: await store.passkeys.list(accountId),
      totpSinceMs: totp?.confirmedAtMs ?? null,
      recoveryCodesLeft: await store.recoveryCodes.countUnused(accountId),
    };
  };

  /** New ones; the old ones are void, used or not. */
  const renewRecoveryCodes = async (asker: Asker): Promise<Result<readonly string[], FactorRefusal>> => {
    const flaw = await factorChange.flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    return factorChange.change(asker, { kind: 'recovery-codes-made', subject: null }, async (changing) =>
      changing.isFirst ? refused('factor-needed') : ok(await factorChange.makeRecoveryCodes(changing, asker)),
    );
  };

  return {
    list,
    hasSecond: store.hasSecond,
    notices: createNoticeStore(deps.tables).list,
    passkeys: createOwnPasskeys(deps, factorChange),
    totp: createOwnTotp(deps, factorChange),
    renewRecoveryCodes,
  };
}
