import type { NoteKey } from '@modelward/merkle';
import { parseWitnessKey } from '@modelward/merkle';
import { sha256 } from '../crypto.ts';
import type { WitnessLink } from './ask-witness.ts';
import { openWitness } from './witness.ts';

/** How long one witness may take for one answer, and how much it may say. */
const limits = { requestMs: 5000, answerBytes: 16 * 1024 } as const;

type BuiltIn = { readonly folder: string; readonly log: NoteKey; readonly nowMs: () => number };

/** Its name says of whom it is: nobody can take it for an independent one. */
export const builtInName = (origin: string) => `${origin}/witness`;

/** The witness that runs in this process, with a key and a memory of its own. */
export async function linkBuiltIn({ folder, log, nowMs }: BuiltIn): Promise<WitnessLink> {
  const witness = await openWitness({ folder, name: builtInName(log.name), logs: [log], nowMs });
  const key = parseWitnessKey(sha256, witness.key);
  if (key === undefined) throw new Error('the key of the witness in this process cannot be read');
  const send = async (body: Uint8Array) => {
    const answer = await witness.addCheckpoint(body);
    return { status: answer.status, body: new TextEncoder().encode(answer.body) };
  };
  return { key, place: 'built-in', send };
}

type Remote = { readonly url: string; readonly key: NoteKey; readonly isOnThisMachine: boolean };

/** A witness at a URL, which `add-checkpoint` is added to. */
export function linkRemote({ url, key, isOnThisMachine }: Remote): WitnessLink {
  const target = `${url.replace(/\/$/, '')}/add-checkpoint`;
  const send = async (body: Uint8Array) => {
    const signal = AbortSignal.timeout(limits.requestMs);
    try {
      const response = await fetch(target, { method: 'POST', body: Buffer.from(body), redirect: 'error', signal });
      return { status: response.status, body: await readBody(response) };
    } catch (fault) {
      const { code } = ((fault as Error).cause ?? {}) as NodeJS.ErrnoException;
      throw new Error(
        signal.aborted ? `no answer within ${limits.requestMs / 1000} s` : (code ?? (fault as Error).message),
      );
    }
  };
  return { key, place: isOnThisMachine ? 'this-machine' : 'elsewhere', send };
}

async function readBody(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > limits.answerBytes) throw new Error('its answer is longer than any cosignature');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
