import { builtInName, linkBuiltIn, linkRemote, readWitnessKey, sha256, type WitnessLink } from '@modelward/audit';
import { formatWitnessKey, type NoteKey } from '@modelward/merkle';
import { lockFolder } from '@modelward/storage';
import type { Config } from '../config/load-config.ts';
import { parseWitness } from '../config/witnesses.ts';
import { witnessFolder } from './folders.ts';

/** The witness in this process, and those that are configured. */
export async function linkWitnesses(config: Config, log: NoteKey): Promise<readonly WitnessLink[]> {
  const builtIn = await linkBuiltIn({ folder: witnessFolder(config.keyFolder), log, nowMs: Date.now });
  return [builtIn, ...configured(config).map(linkRemote)];
}

/** For a witness that runs by itself: two on one memory could each cosign what the other would refuse. */
export function lockWitnessFolder(folder: string): ReturnType<typeof lockFolder> {
  return lockFolder(folder, '`npx modelward witness`', Date.now());
}

export type KnownWitness = { readonly key: string; readonly place: WitnessLink['place'] };

/** The same for whoever only reads files: who may have cosigned the log of this name. */
export function knownWitnesses(config: Config, origin: string): readonly KnownWitness[] {
  const builtIn = readWitnessKey(witnessFolder(config.keyFolder), builtInName(origin));
  const others = configured(config).map(
    ({ key, isOnThisMachine }): KnownWitness => ({
      key: formatWitnessKey(sha256, key),
      place: isOnThisMachine ? 'this-machine' : 'elsewhere',
    }),
  );
  return [...(builtIn === undefined ? [] : [{ key: builtIn, place: 'built-in' } as const]), ...others];
}

function configured({ record }: Config) {
  return record.witnesses.flatMap((text) => parseWitness(text) ?? []);
}
