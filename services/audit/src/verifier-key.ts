import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatVerifierKey } from '@modelward/merkle';
import { loadSigningKey, sha256 } from './crypto.ts';

/** What a log of this origin is verified with, for whoever has its keys; undefined where there are none. */
export function readVerifierKey(keyFolder: string, origin: string): string | undefined {
  const file = join(keyFolder, 'log-signing.pem');
  if (!existsSync(file)) return undefined;
  const { publicKey } = loadSigningKey(file, { mayMake: false });
  return formatVerifierKey(sha256, { name: origin, publicKey });
}
