import { concatBytes, fromUtf8, utf8 } from '@modelward/basics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { addCosignatures, readCosignatures } from './cosignature.ts';
import { leafHash, rootOf } from './hashing.ts';
import { openNote, parseNote, signNote } from './note.ts';
import { consistencyRanges } from './proofs.ts';
import { makeSigner, sha256, verify } from './testing/ed25519.ts';
import { entriesOf, flipBit } from './testing/published-log.ts';
import { type Witnessed, witnessStep } from './witness-step.ts';

const log = makeSigner('modelward/test');
const witness = { ...makeSigner('witness.example/w1'), verify, nowSeconds: 1_700_000_000 };
const keys = [log.key];

/** A history of up to 40 entries that a log could show, and what it would send to go from one size of it to another. */
function historyOf(entries: readonly Uint8Array[]) {
  const leaves = entries.map((entry) => leafHash(sha256, entry));
  const rootAt = (size: number) => rootOf(sha256, leaves.slice(0, size));
  const noteAt = (size: number, signer = log) =>
    utf8(signNote(formatCheckpoint({ origin: log.key.name, size, root: rootAt(size) }), signer));
  const proofOf = (oldSize: number, size: number) =>
    oldSize === 0 || oldSize > size
      ? []
      : consistencyRanges(oldSize, size).map(({ start, end }) => rootOf(sha256, leaves.slice(start, end)));
  const request = (oldSize: number, size: number, signer = log) =>
    formatAddCheckpoint({ oldSize, proof: proofOf(oldSize, size), note: noteAt(size, signer) });
  return { rootAt, noteAt, proofOf, request };
}

const honest = historyOf(entriesOf(40));

/** A witness with what it remembers, as its server would hold it. */
function createWitness() {
  const held: { last: Witnessed | undefined } = { last: undefined };
  const ask = (body: Uint8Array) => {
    const find = (origin: string) => (origin === log.key.name ? { keys, last: held.last } : undefined);
    const step = witnessStep(body, find, witness);
    held.last = step.next ?? held.last;
    return step.answer;
  };
  return { ask, held };
}

/** Still base64, so that it is read, and not what was signed. */
function withOtherCharacter(request: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(request);
  const [a, b] = utf8('AB');
  changed[changed.length + at] = (changed.at(at) === a ? b : a) ?? 0;
  return changed;
}

describe('a witness', () => {
  it('cosigns what goes on from what it knows, and its answer is taken up by the log', () => {
    const { ask, held } = createWitness();
    for (const [oldSize, size] of [
      [0, 0],
      [0, 1],
      [1, 8],
      [8, 8],
      [8, 33],
      [33, 40],
    ] as const) {
      const answer = ask(honest.request(oldSize, size));
      expect([size, answer.status]).toEqual([size, 200]);
      const reading = { witnesses: [witness.key], verify, sha256 };
      const cosigned = addCosignatures(honest.noteAt(size), utf8(answer.body), reading);
      const parsed = parseNote(cosigned.ok ? cosigned.value : new Uint8Array(0));
      expect(parsed.ok && readCosignatures(parsed.value, reading)).toEqual({
        ok: true,
        value: [{ witness: witness.key, timeSeconds: 1_700_000_000 }],
      });
      expect(held.last?.size).toBe(size);
      expect(fromUtf8(held.last?.note ?? utf8(''))).toBe(`${fromUtf8(honest.noteAt(size))}${answer.body}`);
    }
  });

  it('keeps of the lines on a checkpoint only those that it has verified', () => {
    const { ask, held } = createWitness();
    const other = signNote('x\n', makeSigner('somebody/else')).split('\n').at(-2);
    const body = concatBytes(honest.request(0, 5), utf8(`${other}\n`));
    expect(ask(body).status).toBe(200);
    expect(fromUtf8(held.last?.note ?? utf8(''))).not.toContain('somebody/else');
    expect(openNote(held.last?.note ?? utf8(''), { key: log.key, verify, sha256 }).ok).toBe(true);
  });

  // The answers of C2SP tlog-witness, asked of a witness that has cosigned size 8.
  const { rootAt } = honest;
  const signed = (origin: string, size: number, root: Uint8Array, signer = log) =>
    utf8(signNote(formatCheckpoint({ origin, size, root }), signer));
  it.each([
    ['is not of the form', 400, utf8('old x\n\nnothing\n')],
    ['has no checkpoint', 400, utf8('old 8\n\n')],
    [
      'is of an origin that it does not know',
      404,
      formatAddCheckpoint({ oldSize: 0, proof: [], note: signed('other/log', 9, rootAt(9)) }),
    ],
    ['is signed by another key of that name', 403, honest.request(8, 9, makeSigner(log.key.name))],
    ['is signed by somebody else', 403, honest.request(8, 9, makeSigner('somebody/else'))],
    ['has one character of its signature changed', 403, withOtherCharacter(honest.request(8, 9), -20)],
    [
      'gives an old size above the new one',
      400,
      formatAddCheckpoint({ oldSize: 9, proof: [], note: honest.noteAt(8) }),
    ],
    ['gives an old size behind the known one', 409, honest.request(7, 9)],
    ['gives an old size beyond the known one', 409, honest.request(9, 12)],
    ['asks for the known size by giving 0', 409, honest.request(0, 9)],
    ['goes back', 409, honest.request(3, 5)],
    [
      'has the known size and another root',
      409,
      formatAddCheckpoint({ oldSize: 8, proof: [], note: signed(log.key.name, 8, rootAt(9)) }),
    ],
    [
      'has the known size and a proof',
      422,
      formatAddCheckpoint({ oldSize: 8, proof: [rootAt(8)], note: honest.noteAt(8) }),
    ],
    ['has no proof', 422, formatAddCheckpoint({ oldSize: 8, proof: [], note: honest.noteAt(9) })],
    [
      'has the proof of another size',
      422,
      formatAddCheckpoint({ oldSize: 8, proof: honest.proofOf(8, 10), note: honest.noteAt(9) }),
    ],
    ['has another history behind it', 422, historyOf(entriesOf(40, 'invented')).request(8, 9)],
  ])('answers a request that %s with %i, and remembers what it knew', (_, status, body) => {
    const { ask, held } = createWitness();
    ask(honest.request(0, 8));
    const before = held.last;
    const answer = ask(body);
    expect(answer.status).toBe(status);
    expect(held.last).toBe(before);
    expect([answer.contentType, answer.body]).toEqual(
      status === 409
        ? ['text/x.tlog.size', '8\n']
        : ['text/plain; charset=utf-8', expect.stringMatching(/^[a-z][^\n]*\n$/)],
    );
  });

  it('takes the first checkpoint it is shown without a proof, and none with one', () => {
    const { ask } = createWitness();
    const proof = [honest.rootAt(3)];
    expect(ask(formatAddCheckpoint({ oldSize: 0, proof, note: honest.noteAt(9) })).status).toBe(422);
    expect(ask(honest.request(0, 9)).status).toBe(200);
  });

  it('does not take an empty tree for anything but empty', () => {
    const { ask } = createWitness();
    const note = signed(log.key.name, 0, honest.rootAt(3));
    expect(ask(formatAddCheckpoint({ oldSize: 0, proof: [], note })).status).toBe(409);
  });
});

describe('whatever a log with the real key sends', () => {
  const word = fc.constantFrom('entry', 'other');
  /** Histories that part ways at some entry: each entry is of one of two kinds. */
  const histories = fc.array(fc.array(word, { minLength: 24, maxLength: 24 }), { minLength: 2, maxLength: 3 });
  const wish = fc.record({
    history: fc.nat(2),
    oldSize: fc.option(fc.nat(24), { nil: undefined }),
    size: fc.nat(24),
    proofHistory: fc.nat(2),
    flip: fc.option(fc.nat(4000), { nil: undefined }),
  });

  it('all that the witness has cosigned is one history', () => {
    fc.assert(
      fc.property(histories, fc.array(wish, { maxLength: 25 }), (words, wishes) => {
        const all = words.map((kinds) => historyOf(kinds.map((kind, at) => utf8(`${kind} ${at}`))));
        const { ask, held } = createWitness();
        const cosigned: { size: number; history: number }[] = [];
        for (const { flip, ...wanted } of wishes) {
          const [one, other] = [wanted.history % all.length, wanted.proofHistory % all.length];
          const oldSize = wanted.oldSize ?? held.last?.size ?? 0;
          const proof = all[other]?.proofOf(oldSize, wanted.size) ?? [];
          const body = formatAddCheckpoint({ oldSize, proof, note: all[one]?.noteAt(wanted.size) ?? utf8('') });
          const before = held.last;
          const answer = ask(flip === undefined ? body : flipBit(body, flip));
          // INVARIANT: what was remembered changes exactly when something was cosigned, and never shrinks.
          expect(answer.status === 200).toBe(held.last !== before);
          expect(held.last?.size ?? 0).toBeGreaterThanOrEqual(before?.size ?? 0);
          if (answer.status === 200) cosigned.push({ size: held.last?.size ?? 0, history: one });
        }
        // Every two of them: the smaller one is how the larger one began.
        for (const a of cosigned) {
          for (const b of cosigned.filter(({ size }) => size >= a.size))
            expect(words[b.history]?.slice(0, a.size)).toEqual(words[a.history]?.slice(0, a.size));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('an honest log that asks again with the size it was told gets on', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 12 }), (wanted) => {
        const { ask } = createWitness();
        for (const size of wanted.toSorted((a, b) => a - b)) {
          const first = ask(honest.request(0, size));
          const answer = first.status === 409 ? ask(honest.request(Number(first.body), size)) : first;
          expect(answer.status).toBe(200);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('an add-checkpoint request', () => {
  it('comes back as it was written', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(hash, { maxLength: 63 }), (oldSize, proof) => {
        const note = honest.noteAt(3);
        const parsed = parseAddCheckpoint(formatAddCheckpoint({ oldSize, proof, note }));
        expect(parsed).toMatchObject({ oldSize, checkpoint: { origin: log.key.name, size: 3 } });
        expect(parsed?.proof.map((one) => [...one])).toEqual(proof.map((one) => [...one]));
        expect(fromUtf8(parsed?.note ?? utf8(''))).toBe(fromUtf8(note));
      }),
    );
  });

  const good = fromUtf8(honest.request(8, 9)) ?? '';
  it.each([
    ['another first word', good.replace('old', 'new')],
    ['a leading zero', good.replace('old 8', 'old 08')],
    ['a negative size', good.replace('old 8', 'old -8')],
    ['a size past 2^53', good.replace('old 8', 'old 9007199254740993')],
    ['carriage returns', good.replaceAll('\n', '\r\n')],
    ['a hash that is cut', good.replace(/=\n/, '\n')],
    ['a line that is no hash', good.replace('old 8\n', 'old 8\nAAAA\n')],
    ['64 hashes', good.replace('old 8\n', `old 8\n${`${'A'.repeat(43)}=\n`.repeat(63)}`)],
    ['no blank line', good.replace('\n\n', '\n')],
    ['an endless checkpoint', good + 'x'.repeat(600_000)],
    ['nothing', ''],
  ])('with %s is malformed', (_, text) => {
    expect(parseAddCheckpoint(utf8(good))?.oldSize).toBe(8);
    expect(parseAddCheckpoint(utf8(text))).toBeUndefined();
  });

  it('of any bytes is answered, never thrown at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string({ unit: 'binary' }), (bytes, text) => {
        expect(createWitness().ask(bytes).status).toBe(400);
        expect(createWitness().ask(utf8(`old 0\n\n${text}`)).status).toBe(400);
      }),
    );
  });
});
