import { ok, type Result, refused } from '@modelward/basics';
import { limits } from '../limits.ts';
import { createSessionStore } from '../sessions/session-store.ts';
import type { Added, Asker, FactorChange, FactorDeps, FactorRefusal } from './factor-change.ts';
import { createFactorStore } from './factor-store.ts';
import type { NewPasskeyAnswer } from './passkey-ceremony.ts';
import type { Passkey } from './passkey-store.ts';

type NewPasskey = { readonly name: string; readonly answer: NewPasskeyAnswer };

/** A person's own passkeys. */
export function createOwnPasskeys(deps: FactorDeps, { flawOf, change, finishAdding }: FactorChange) {
  const { tables, nowMs, secrets, ceremony, challenges } = deps;
  const store = createFactorStore(tables).passkeys;

  const begin = async (asker: Asker) => {
    const flaw = await flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    const known = await store.list(asker.account.id);
    if (known.length >= limits.factors.passkeys) return refused('too-many-factors');
    return ok(await ceremony.registrationOptions(asker.account, { sessionId: asker.session.id, known }));
  };

  const add = async (
    asker: Asker,
    { name, answer }: NewPasskey,
  ): Promise<Result<Added & { passkey: Passkey }, FactorRefusal>> => {
    if (!isFactorName(name)) return refused('factor-name-form');
    const flaw = await flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    const verified = await ceremony.verifyNew(answer, asker.session.id);
    if (!verified.ok) return refused('factor-refused');
    const { challenge, attestation, facts } = verified.value;
    const dates = { createdAtMs: nowMs(), lastUsedAtMs: null };
    const passkey: Passkey = { id: secrets.newId('pky'), accountId: asker.account.id, name, ...dates, ...facts };
    return change(asker, { kind: 'passkey-added', subject: name }, async (changing) => {
      if (!(await challenges.useUp(challenge, changing.transaction))) return refused('factor-refused');
      const { passkeys } = createFactorStore(changing.transaction);
      if ((await passkeys.list(passkey.accountId)).length >= limits.factors.passkeys)
        return refused('too-many-factors');
      if (!(await passkeys.insert(passkey, attestation))) return refused('factor-exists');
      const added = await finishAdding(changing, asker, 'passkey');
      return added.ok ? ok({ passkey, ...added.value }) : added;
    });
  };

  const remove = async (asker: Asker, id: string): Promise<Result<Passkey, FactorRefusal>> => {
    const flaw = await flawOf(asker);
    if (flaw !== undefined) return refused(flaw);
    const accountId = asker.account.id;
    const passkey = (await store.list(accountId)).find((one) => one.id === id);
    if (passkey === undefined) return refused('factor-unknown');
    return change(asker, { kind: 'passkey-removed', subject: passkey.name }, async ({ transaction }) => {
      const factors = createFactorStore(transaction);
      if (!(await factors.passkeys.remove({ id, accountId }))) return refused('factor-unknown');
      if (!(await factors.hasSecond(accountId))) return refused('last-factor');
      // Whoever has the thing that is given up may have sessions open with it (ASVS 7.4.3).
      const except = asker.session.id;
      await createSessionStore(transaction).endAllOf({ accountId, nowMs: nowMs(), except });
      return ok(passkey);
    });
  };

  return { begin, add, remove };
}

/** One line that a page may show as it is. */
function isFactorName(name: string): boolean {
  return name.trim() !== '' && name.length <= limits.factors.nameCharacters && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(name);
}
