import type { Kysely, Tables } from '@modelward/storage';
import { createPasskeyStore } from './passkey-store.ts';
import { createRecoveryCodeStore } from './recovery-code-store.ts';
import { createTotpStore } from './totp-store.ts';

/** All that an account has beside its password. */
export function createFactorStore(tables: Kysely<Tables>) {
  const passkeys = createPasskeyStore(tables);
  const totp = createTotpStore(tables);
  const recoveryCodes = createRecoveryCodeStore(tables);

  /** Recovery codes are no factor to live on: they stand in for one that is lost. */
  const countSecond = async (accountId: string): Promise<number> => {
    const app = await totp.find(accountId);
    const isConfirmed = app !== undefined && app.confirmedAtMs !== null;
    return (await passkeys.list(accountId)).length + (isConfirmed ? 1 : 0);
  };

  return {
    passkeys,
    totp,
    recoveryCodes,
    countSecond,
    hasSecond: async (accountId: string) => (await countSecond(accountId)) > 0,
    removeAllOf: async (accountId: string): Promise<void> => {
      await passkeys.removeAllOf(accountId);
      await totp.remove(accountId);
      await recoveryCodes.deleteAllOf(accountId);
    },
  };
}
