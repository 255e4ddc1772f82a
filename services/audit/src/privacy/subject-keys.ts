import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { MasterKeys } from './master-keys.ts';
import { unwrapKey, wrapKey } from './sealed-values.ts';
import type { SubjectKeyStore } from './subject-key-store.ts';

type Deps = {
  readonly store: SubjectKeyStore;
  readonly masters: MasterKeys;
  /** A new key could not be kept: what is sealed with it is lost at the end of the process. */
  readonly onFault: (fault: unknown) => void;
};

export type SubjectKeys = Awaited<ReturnType<typeof openSubjectKeys>>;

/**
 * The key of each person's sealed values: made when the first is sealed, destroyed when the person is erased. All are in
 * memory, because an entry may be written inside a transaction of the database, which nothing else can wait for.
 */
export async function openSubjectKeys({ store, masters, onFault }: Deps) {
  const held = new Map<string, KeyObject>();
  for (const { subject, masterId, wrapped } of await store.list())
    held.set(subject, unwrapKey(subject, wrapped, masters.find(masterId)));
  const keeping = new Set<Promise<void>>();

  function make(subject: string): KeyObject {
    const key = createSecretKey(randomBytes(32));
    held.set(subject, key);
    const wrapped = wrapKey(subject, key, masters.newest.key);
    const kept = store
      .insert({ subject, masterId: masters.newest.id, wrapped })
      .catch(onFault)
      .finally(() => keeping.delete(kept));
    keeping.add(kept);
    return key;
  }

  const settled = async (): Promise<void> => void (await Promise.all(keeping));

  return {
    find: (subject: string): KeyObject | undefined => held.get(subject),
    /** A new one is kept a moment later; a crash in between loses what was sealed with it, and no entry. */
    ensure: (subject: string): KeyObject => held.get(subject) ?? make(subject),
    settled,
    destroy: async (subject: string): Promise<boolean> => {
      await settled();
      held.delete(subject);
      return store.remove(subject);
    },
    /** Wraps every key by the newest master key. Returns how many were not. */
    rewrap: async (): Promise<number> => {
      await settled();
      const old = (await store.list()).filter(({ masterId }) => masterId !== masters.newest.id);
      for (const { subject, masterId, wrapped } of old) {
        const key = unwrapKey(subject, wrapped, masters.find(masterId));
        await store.replace({
          subject,
          masterId: masters.newest.id,
          wrapped: wrapKey(subject, key, masters.newest.key),
        });
      }
      return old.length;
    },
  };
}
