import { addMasterKey, commitTo, loadMasterKeys, openSubjectKeys, openValue, removeMasterKeys } from '@modelward/audit';
import type { Account } from '@modelward/identity';
import type { Config } from '../config/load-config.ts';
import { refuseOtherUser } from './data-folder.ts';
import { recordOwnersAct } from './owner-act.ts';
import { openState, type State } from './state.ts';

/*
 * What the owner of the files does about personal values, with the server stopped: no process holds a key in memory then, and
 * the database can be emptied of what was deleted.
 */

type Wanted = { readonly config: Config; readonly name: string };

async function withState<Value>(config: Config, act: (state: State) => Promise<Value>): Promise<Value> {
  refuseOtherUser(config.dataFolder);
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const state = await openState({ config, purpose: '`npx modelward privacy`', onFault });
  try {
    return await act(state);
  } finally {
    await state.close();
  }
}

async function findPerson({ identity }: State, name: string): Promise<Account> {
  const account = await identity.accounts.find(name);
  if (account?.kind === 'person') return account;
  throw new Error(`there is no person \`${name}\`; see \`npx modelward people list\``);
}

export type Erasure = { readonly id: string; readonly name: string; readonly exports: readonly number[] };

/**
 * Destroys the key of all that is sealed of a person, and what the accounts say of them. Every proof stays as it is. What was
 * exported before is out of reach, and the record says which exports those were.
 */
export function erasePerson({ config, name }: Wanted): Promise<Erasure> {
  return withState(config, async (state) => {
    const { record, subjects, subjectKeys, identity, database } = state;
    const { id } = await findPerson(state, name);
    const hold = await subjects.holdOf(id);
    if (hold !== undefined) {
      const since = new Date(hold.since_ms).toISOString().slice(0, 10);
      throw new Error(
        `\`${name}\` is under a legal hold since ${since} (${hold.reason}); release it first: \`npx modelward privacy release ${name}\``,
      );
    }
    const exports = await exportsOf(state);
    const erased = await recordOwnersAct({
      record,
      action: 'privacy.erase',
      act: async () => {
        const hadKey = await subjectKeys.destroy(id);
        const replaced = await identity.accounts.erase(id);
        const detail = {
          hadKey,
          exports: exports.length,
          ...(exports.length === 0 ? {} : { exportsAt: list(exports) }),
        };
        return { value: replaced, changes: [{ what: 'privacy.erased' as const, subject: id, detail }] };
      },
    });
    await database.forgetDeleted();
    return { id, name: erased, exports };
  });
}

/** The entries that say what left for other places. */
async function exportsOf({ recordIndex, record }: State): Promise<readonly number[]> {
  const found: number[] = [];
  const size = record.size();
  let before = size;
  while (before > 0) {
    const { entries, covered } = await recordIndex.query({ action: ['record.exported'], before, limit: 500 });
    // An index that is still behind would leave out the newest ones.
    if (before === size && covered.until < size)
      throw new Error('the index of the record is behind; run the command again, it goes on where it was');
    found.push(...entries.map(({ index }) => index));
    before = covered.from;
  }
  return found;
}

/** As many as one entry holds; the count beside them says whether these are all. */
function list(indices: readonly number[]): string {
  return indices.slice(0, 1000).join(' ');
}

/** While it lasts, the person is not erased. Whether it is new. */
export function holdPerson({ config, name, reason }: Wanted & { readonly reason: string }): Promise<boolean> {
  return withState(config, async (state) => {
    const { id } = await findPerson(state, name);
    const act = async () => {
      const value = await state.subjects.hold({ subject: id, sinceMs: Date.now(), reason });
      return { value, changes: value ? [{ what: 'privacy.held' as const, subject: id }] : [] };
    };
    return recordOwnersAct({ record: state.record, action: 'privacy.hold', act });
  });
}

/** Whether there was one. */
export function releasePerson({ config, name }: Wanted): Promise<boolean> {
  return withState(config, async (state) => {
    const { id } = await findPerson(state, name);
    const act = async () => {
      const value = await state.subjects.releaseHold(id);
      return { value, changes: value ? [{ what: 'privacy.released' as const, subject: id }] : [] };
    };
    return recordOwnersAct({ record: state.record, action: 'privacy.release', act });
  });
}

/** A new master key wraps all keys, and the old ones are removed. Returns how many were wrapped anew. */
export function rotateMasterKey({ config }: { readonly config: Config }): Promise<number> {
  return withState(config, ({ record, subjects, subjectKeys, database }) =>
    recordOwnersAct({
      record,
      action: 'privacy.rotate',
      act: async () => {
        await subjectKeys.settled();
        const id = addMasterKey(config.keyFolder);
        const masters = loadMasterKeys(config.keyFolder);
        const keys = await openSubjectKeys({ store: subjects, masters, onFault: (fault) => Promise.reject(fault) });
        const value = await keys.rewrap();
        await database.forgetDeleted();
        removeMasterKeys(config.keyFolder, { but: id });
        return { value, changes: [{ what: 'privacy.rotated' as const, detail: { keys: value } }] };
      },
    }),
  );
}

export type Revealed = {
  readonly subject: string;
  readonly field: string;
  /** Undefined: the person was erased. */
  readonly value: string | undefined;
};

/** What is sealed beside an entry, each value held against the commitment in the leaf. */
export function revealEntry({ config, index }: { config: Config; index: number }): Promise<readonly Revealed[]> {
  return withState(config, async ({ record, subjectKeys }) => {
    const [found] = await record.entries({ from: index, limit: 1 });
    if (found === undefined) throw new Error(`there is no entry ${index}; the record has ${record.size()}`);
    const commitments = 'commitments' in found.entry ? (found.entry.commitments ?? {}) : {};
    const act = async () => ({
      value: await openAll(),
      changes: [{ what: 'privacy.revealed' as const, detail: { index } }],
    });
    async function openAll(): Promise<readonly Revealed[]> {
      const revealed: Revealed[] = [];
      for (const stored of await record.sealedOf(index)) {
        const { subject, field } = stored;
        const key = subjectKeys.find(subject);
        const opened = key && openValue(stored, key);
        if (key !== undefined && (opened === undefined || commitTo(field, opened) !== commitments[field]))
          throw new Error(
            `what is sealed as \`${field}\` of entry ${index} is not what the leaf commits to; it was changed`,
          );
        revealed.push({ subject, field, value: opened?.value });
      }
      return revealed;
    }
    return recordOwnersAct({ record, action: 'privacy.reveal', act });
  });
}
