import { type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadSecretKey } from '../crypto.ts';

/** The keys that wrap the keys of people: the newest wraps, older ones still unwrap what a rotation has not reached. */
export type MasterKeys = {
  readonly newest: { readonly id: string; readonly key: KeyObject };
  readonly find: (id: string) => KeyObject;
};

const folderOf = (keyFolder: string) => join(keyFolder, 'privacy');
const fileOf = (keyFolder: string, id: string) => join(folderOf(keyFolder), `${id}.key`);

export function loadMasterKeys(keyFolder: string): MasterKeys {
  const ids = listIds(keyFolder);
  const id = ids.at(-1) ?? addMasterKey(keyFolder);
  const keys = new Map([...ids, id].map((one) => [one, loadSecretKey(fileOf(keyFolder, one))]));
  const find = (wanted: string): KeyObject => {
    const key = keys.get(wanted);
    if (key !== undefined) return key;
    throw new Error(
      `the master key \`${fileOf(keyFolder, wanted)}\` is not there; put it back from a backup, or what it wraps is lost`,
    );
  };
  return { newest: { id, key: find(id) }, find };
}

/** A new one, which is the newest from the next loading on. */
export function addMasterKey(keyFolder: string): string {
  const last = Number(listIds(keyFolder).at(-1)?.slice(0, 6) ?? 0);
  const id = `${String(last + 1).padStart(6, '0')}-${randomBytes(4).toString('hex')}`;
  loadSecretKey(fileOf(keyFolder, id));
  return id;
}

/** Once nothing is wrapped by it any more. */
export function removeMasterKeys(keyFolder: string, { but }: { but: string }): readonly string[] {
  const old = listIds(keyFolder).filter((id) => id !== but);
  for (const id of old) rmSync(fileOf(keyFolder, id));
  return old;
}

function listIds(keyFolder: string): readonly string[] {
  if (!existsSync(folderOf(keyFolder))) return [];
  const names = readdirSync(folderOf(keyFolder)).filter((name) => /^\d{6}-[0-9a-f]{8}\.key$/.test(name));
  return names.map((name) => name.slice(0, -4)).sort();
}
