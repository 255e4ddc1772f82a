import { fromBase64, toBase64 } from '@modelward/basics';
import { hashBytes } from './hashing.ts';
import { isKeyName } from './note-keys.ts';

/** C2SP tlog-checkpoint: what a log promises never to contradict. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Uint8Array };

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** The checkpoint in a note's text. Extension lines are let stand and not read, as the standard asks. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.split('\n');
  const root = fromBase64(rootText);
  if (!isKeyName(origin) || !/^(?:0|[1-9]\d{0,15})$/.test(sizeText) || root?.length !== hashBytes || rest.length === 0)
    return undefined;
  const size = Number(sizeText);
  return Number.isSafeInteger(size) ? { origin, size, root } : undefined;
}
