import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { utf8 } from '@modelward/basics';
import { cosign, formatVerifierKey, formatWitnessKey, parseNote, proveEntry } from '@modelward/merkle';
import { afterAll, describe, expect, it } from 'vitest';
import { makeSigner, sha256, verify } from '../../../core/merkle/src/testing/ed25519.ts';
import {
  entriesOf,
  flipBit,
  type LogFiles,
  publish,
  readerOf,
} from '../../../core/merkle/src/testing/published-log.ts';
import { fsck, hasVerifiers, sumdbCheck } from './go-verifiers.ts';

const log = makeSigner('modelward.example/record');
const witness = makeSigner('witness.example/w1');
const verifierKey = formatVerifierKey(sha256, log.key);
const work = mkdtempSync(join(tmpdir(), 'modelward-verifiers-'));
const keyFile = join(work, 'log.vkey');
const witnessFile = join(work, 'witness.vkey');
writeFileSync(keyFile, verifierKey);
writeFileSync(witnessFile, formatWitnessKey(sha256, witness.key));
afterAll(() => rmSync(work, { recursive: true }));

let written = 0;

/** The log as files, as they would be served. */
function write(files: LogFiles): string {
  const folder = join(work, `log-${written}`);
  written += 1;
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}

const fsckAccepts = (folder: string) => fsck(folder, keyFile);
const sumdbAccepts = (folder: string, options: readonly string[] = []) => sumdbCheck(folder, keyFile, options);

// The verifiers need Go; npm test builds them and says so when it cannot.
describe.skipIf(!hasVerifiers)('a log of ours', () => {
  it.each([0, 1, 2, 255, 256, 257, 65_536, 65_537])('of %i entries is accepted by both', (size) => {
    const folder = write(publish(entriesOf(size), log));
    expect([fsckAccepts(folder), sumdbAccepts(folder)]).toEqual([true, true]);
  });

  it('with any file changed by one bit, or gone, is refused by both', () => {
    const files = publish(entriesOf(300), log);
    for (const [path, bytes] of files) {
      const changed = write(new Map(files).set(path, flipBit(bytes, bytes.length * 4 + 1)));
      const without = new Map(files);
      without.delete(path);
      const gone = write(without);
      expect([path, fsckAccepts(changed), sumdbAccepts(changed), fsckAccepts(gone), sumdbAccepts(gone)]).toEqual([
        path,
        false,
        false,
        false,
        false,
      ]);
    }
  });

  it('that was rewritten with the real key shows only against a checkpoint kept elsewhere', () => {
    const entries = entriesOf(700);
    const kept = join(work, 'kept-checkpoint');
    writeFileSync(kept, publish(entries.slice(0, 300), log).get('checkpoint') ?? '');
    const grown = write(publish(entries, log));
    expect([fsckAccepts(grown), sumdbAccepts(grown, ['-old', kept])]).toEqual([true, true]);
    const rewritten = write(publish(entries.with(7, utf8('never happened')), log));
    expect([fsckAccepts(rewritten), sumdbAccepts(rewritten)]).toEqual([true, true]);
    expect(sumdbAccepts(rewritten, ['-old', kept])).toBe(false);
    const rolledBack = write(publish(entries.slice(0, 200), log));
    expect([fsckAccepts(rolledBack), sumdbAccepts(rolledBack, ['-old', kept])]).toEqual([true, false]);
  });

  it('carries a cosignature that is accepted, and no longer with one bit changed', () => {
    const files = publish(entriesOf(3), log);
    const note = files.get('checkpoint') ?? utf8('');
    const parsed = parseNote(note);
    const line = utf8(cosign(parsed.ok ? parsed.value.text : '', Math.floor(Date.now() / 1000), witness));
    const cosigned = (last: Uint8Array) => write(new Map(files).set('checkpoint', Buffer.concat([note, last])));
    expect(sumdbAccepts(cosigned(line), ['-witness', witnessFile])).toBe(true);
    expect(sumdbAccepts(cosigned(flipBit(line, (line.length - 20) * 8 + 1)), ['-witness', witnessFile])).toBe(false);
    expect(sumdbAccepts(write(files), ['-witness', witnessFile])).toBe(false);
  });

  it('gives proof files that are accepted, and no longer with one bit changed', async () => {
    const files = publish(entriesOf(700), log);
    const folder = write(files);
    const proofFile = join(work, 'entry.tlog-proof');
    for (const index of [0, 255, 256, 699]) {
      const checkpoint = files.get('checkpoint') ?? utf8('');
      const proven = await proveEntry({ read: readerOf(files), verifierKey, sha256, verify, index, checkpoint });
      const proof = proven.ok ? proven.value.proof : utf8('');
      writeFileSync(proofFile, proof);
      expect(sumdbAccepts(folder, ['-proof', proofFile])).toBe(true);
      writeFileSync(proofFile, flipBit(proof, 60 * 8));
      expect(sumdbAccepts(folder, ['-proof', proofFile])).toBe(false);
    }
  });
});
