import { sha256 } from '@modelward/audit';
import { type NoteKey, parseWitnessKey } from '@modelward/merkle';
import { isLoopbackHost } from './addresses.ts';

export type ConfiguredWitness = { readonly url: string; readonly key: NoteKey; readonly isOnThisMachine: boolean };

/** `URL KEY`. Plain http will do: what is sent is public and signed, and so is what comes back. */
export function parseWitness(text: string): ConfiguredWitness | undefined {
  const [url = '', keyText = '', ...more] = text.trim().split(/\s+/);
  const key = parseWitnessKey(sha256, keyText);
  if (key === undefined || more.length > 0 || !/^https?:\/\/[^\s\\?#@]+$/i.test(url) || !URL.canParse(url))
    return undefined;
  return { url, key, isOnThisMachine: isLoopbackHost(new URL(url).hostname) };
}
