import type { Kysely, Selectable, Tables } from '@modelward/storage';

type Row = Selectable<Tables['passkeys']>;

/** A key that a device or a password manager keeps for one person and one host name. */
export type Passkey = {
  readonly id: string;
  readonly accountId: string;
  readonly credentialId: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
  /** What kind of authenticator made it; all zeros when it does not say. */
  readonly aaguid: string;
  /** It may be copied to other devices of the same person. */
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly attestationFormat: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number | null;
};

export type PasskeyUse = {
  readonly id: string;
  readonly counterBefore: number;
  readonly counter: number;
  readonly backedUp: boolean;
  readonly nowMs: number;
};

export function createPasskeyStore(tables: Kysely<Tables>) {
  const select = () => tables.selectFrom('passkeys').selectAll();
  return {
    insert: async (passkey: Passkey, attestation: string): Promise<boolean> => {
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto('passkeys')
        .values({ ...rowOf(passkey), attestation })
        .onConflict((conflict) => conflict.column('credential_id').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    list: async (accountId: string): Promise<readonly Passkey[]> =>
      (await select().where('account_id', '=', accountId).orderBy('created_at_ms').orderBy('id').execute()).map(
        passkeyOf,
      ),
    findByCredential: async (credentialId: string): Promise<Passkey | undefined> => {
      const row = await select().where('credential_id', '=', credentialId).executeTakeFirst();
      return row && passkeyOf(row);
    },
    /** Whether the counter was still where it was read: a copy of the key that signs at the same moment is one too many. */
    use: async ({ id, counterBefore, counter, backedUp, nowMs }: PasskeyUse): Promise<boolean> => {
      const { numUpdatedRows } = await tables
        .updateTable('passkeys')
        .set({ counter, backed_up: backedUp ? 1 : 0, last_used_at_ms: nowMs })
        .where('id', '=', id)
        .where('counter', '=', counterBefore)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    remove: async ({ id, accountId }: { id: string; accountId: string }): Promise<boolean> => {
      const own = tables.deleteFrom('passkeys').where('id', '=', id).where('account_id', '=', accountId);
      return (await own.executeTakeFirstOrThrow()).numDeletedRows === 1n;
    },
    removeAllOf: async (accountId: string): Promise<void> => {
      await tables.deleteFrom('passkeys').where('account_id', '=', accountId).execute();
    },
  };
}

function rowOf(passkey: Passkey): Omit<Row, 'attestation'> {
  return {
    id: passkey.id,
    account_id: passkey.accountId,
    credential_id: passkey.credentialId,
    public_key: passkey.publicKey,
    counter: passkey.counter,
    transports: JSON.stringify(passkey.transports),
    aaguid: passkey.aaguid,
    backup_eligible: passkey.backupEligible ? 1 : 0,
    backed_up: passkey.backedUp ? 1 : 0,
    attestation_format: passkey.attestationFormat,
    name: passkey.name,
    created_at_ms: passkey.createdAtMs,
    last_used_at_ms: passkey.lastUsedAtMs,
  };
}

function passkeyOf(row: Row): Passkey {
  return {
    id: row.id,
    accountId: row.account_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports) as string[],
    aaguid: row.aaguid,
    backupEligible: row.backup_eligible === 1,
    backedUp: row.backed_up === 1,
    attestationFormat: row.attestation_format,
    name: row.name,
    createdAtMs: row.created_at_ms,
    lastUsedAtMs: row.last_used_at_ms,
  };
}
