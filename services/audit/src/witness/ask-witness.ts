import { ok, type Result, refused, utf8 } from '@modelward/basics';
import {
  addCosignatures,
  type Checkpoint,
  formatAddCheckpoint,
  type NoteKey,
  proveConsistency,
  type ReadLogFile,
} from '@modelward/merkle';
import { sha256, verifyEd25519 } from '../crypto.ts';

/** How one witness is reached: the body of an `add-checkpoint` goes, its answer comes, or it throws. */
export type Transport = (body: Uint8Array) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

export type WitnessLink = {
  readonly key: NoteKey;
  /** `built-in` and `this-machine` fall with the machine; only one elsewhere can be independent of who runs this. */
  readonly place: 'built-in' | 'this-machine' | 'elsewhere';
  readonly send: Transport;
};

/** A checkpoint as it is published, and the log's files that it is proven by. */
export type Published = Pick<Checkpoint, 'size'> & { readonly note: string; readonly read: ReadLogFile };

export type NotCosigned =
  /** It does not answer, or not as a witness should. The record goes on without it. */
  | { readonly reason: 'away'; readonly why: string }
  /** It holds a history of this log that the record does not go on from. */
  | { readonly reason: 'larger' | 'other-history'; readonly size: number };

/** Asks one witness to cosign, and remembers how far it has come. Returns the note with its verified lines added. */
export function createAsking({ key, send }: WitnessLink) {
  let knownSize: number | undefined;

  const ask = async (published: Published, oldSize: number): Promise<Awaited<ReturnType<Transport>>> => {
    const { read, size } = published;
    const proof = await proveConsistency({ read, sha256, oldSize, size });
    if (!proof.ok) throw new Error('the published tiles do not give a proof of consistency; verify the record');
    return send(
      formatAddCheckpoint({ oldSize, proof: oldSize === size ? [] : proof.value, note: utf8(published.note) }),
    );
  };

  const attempt = async (published: Published): Promise<Result<string, NotCosigned>> => {
    // What it was last at, or, from a start on, most likely this very checkpoint.
    const guess = Math.min(knownSize ?? published.size, published.size);
    let oldSize = guess;
    let answer = await ask(published, oldSize);
    if (answer.status === 409) {
      const size = sizeIn(answer.body);
      if (size === undefined) return away('it names no size where it should');
      if (size > published.size) return refused({ reason: 'larger', size });
      if (size === oldSize) return refused({ reason: 'other-history', size });
      oldSize = size;
      answer = await ask(published, oldSize);
    }
    if (answer.status === 422 || answer.status === 409) return refused({ reason: 'other-history', size: oldSize });
    if (answer.status !== 200) return away(`it answers ${answer.status}`);
    const cosigned = addCosignatures(utf8(published.note), answer.body, {
      witnesses: [key],
      verify: verifyEd25519,
      sha256,
    });
    if (!cosigned.ok) return away('its signature is not by the key that is configured for it');
    knownSize = published.size;
    return ok(new TextDecoder().decode(answer.body));
  };

  return async (published: Published): Promise<Result<string, NotCosigned>> => {
    try {
      return await attempt(published);
    } catch (fault) {
      return away(fault instanceof Error ? fault.message : String(fault));
    }
  };
}

function away(why: string): Result<never, NotCosigned> {
  return refused({ reason: 'away', why });
}

function sizeIn(body: Uint8Array): number | undefined {
  const [, digits] = /^(\d{1,15})\n$/.exec(new TextDecoder().decode(body)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
