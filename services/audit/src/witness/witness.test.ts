import { once } from 'node:events';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { utf8 } from '@modelward/basics';
import {
  formatAddCheckpoint,
  type NoteKey,
  openCheckpoint,
  parseCheckpoint,
  parseVerifierKey,
  parseWitnessKey,
  proveConsistency,
  readCosignatures,
} from '@modelward/merkle';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256, verifyEd25519 } from '../crypto.ts';
import { readPublishedFile } from '../published-files.ts';
import type { AuditRecord } from '../record.ts';
import { copyPlace, newPlace, open, origin, outcome, type Place, readText, verifiedEntries } from '../testing/logs.ts';
import type { WitnessLink } from './ask-witness.ts';
import { openWitness, stateName, type Witness } from './witness.ts';
import { linkBuiltIn, linkRemote } from './witness-links.ts';
import { createWitnessServer } from './witness-server.ts';

/* A log with the witness in its process, and one elsewhere that real HTTP leads to. Who has the log's files and keys, and the
 * built-in witness's, has not the one elsewhere. */

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

type Elsewhere = {
  readonly witness: Witness;
  readonly link: WitnessLink;
  readonly url: string;
  readonly stop: () => void;
};

async function witnessElsewhere(log: NoteKey, folder = newPlace().folder, port = 0): Promise<Elsewhere> {
  const witness = await openWitness({ folder, name: 'elsewhere.example', logs: [log], nowMs: Date.now });
  const report = (fault: unknown) => expect.unreachable(String(fault));
  const server = createWitnessServer({ witness, origins: [log.name], report });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  closers.push(stop);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key = keyOf(witness.key);
  return { witness, url, stop, link: linkRemote({ url, key, isOnThisMachine: false }) };
}

function keyOf(text: string): NoteKey {
  const key = parseWitnessKey(sha256, text);
  if (key === undefined) throw new Error('no key');
  return key;
}

/** The log's key, made by a first start that nobody witnessed. */
async function logKey(place: Place): Promise<NoteKey> {
  const record = await open(place);
  await record.close();
  const key = parseVerifierKey(sha256, record.verifierKey);
  if (key === undefined) throw new Error('no key');
  return key;
}

const builtIn = (place: Place, log: NoteKey) =>
  linkBuiltIn({ folder: join(place.keyFolder, 'witness'), log, nowMs: Date.now });

type Witnessing = { readonly elsewhere?: Elsewhere; readonly heard?: string[]; readonly nowMs?: () => number };

function openWitnessed(place: Place, { elsewhere, heard, ...options }: Witnessing = {}): Promise<AuditRecord> {
  return open(place, {
    ...options,
    witnesses: async (log) => [await builtIn(place, log), ...(elsewhere === undefined ? [] : [elsewhere.link])],
    onWitnessTrouble: (trouble) => heard?.push(trouble),
  });
}

async function grow(record: AuditRecord, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => record.append(outcome(0))));
  await record.flush();
}

/** The names of those that have cosigned what is published. */
async function cosigners({ folder }: Place, { verifierKey, witnesses }: AuditRecord): Promise<readonly string[]> {
  const note = await readFile(join(folder, 'checkpoint'));
  const opened = openCheckpoint(note, { verifierKey, sha256, verify: verifyEd25519 });
  if (!opened.ok) throw new Error(opened.reason.reason);
  const keys = witnesses.map(({ key }) => keyOf(key));
  const read = readCosignatures(opened.value.note, { witnesses: keys, verify: verifyEd25519, sha256 });
  return read.ok ? read.value.map(({ witness }) => witness.name) : [read.reason];
}

/** A log that both witnesses know at 300 entries and more, and a copy of everything but the witness elsewhere from before. */
async function witnessedLog() {
  const place = newPlace();
  const elsewhere = await witnessElsewhere(await logKey(place));
  const first = await openWitnessed(place, { elsewhere });
  await grow(first, 20);
  await first.close();
  const older = await copyPlace(place);
  const record = await openWitnessed(place, { elsewhere });
  await grow(record, 300);
  await record.close();
  return { place, older, elsewhere, verifierKey: record.verifierKey };
}

describe('what is published', () => {
  it('is cosigned by the witness in the process and the one elsewhere', async () => {
    const place = newPlace();
    const elsewhere = await witnessElsewhere(await logKey(place));
    const record = await openWitnessed(place, { elsewhere });
    for (const count of [1, 255, 300]) {
      await grow(record, count);
      expect(await cosigners(place, record)).toEqual([`${origin}/witness`, 'elsewhere.example']);
      expect(elsewhere.witness.lastOf(origin)?.size).toBe(record.size());
    }
    await record.close();
    expect(await cosigners(place, record)).toEqual([`${origin}/witness`, 'elsewhere.example']);
    expect(await verifiedEntries(place.folder, record.verifierKey)).toHaveLength(record.size());
  });

  it('goes on without a witness that is away, says so once, and is cosigned again when that is back', async () => {
    const place = newPlace();
    const log = await logKey(place);
    const state = newPlace().folder;
    const elsewhere = await witnessElsewhere(log, state);
    const heard: string[] = [];
    let nowMs = 1_800_000_000_000;
    const record = await openWitnessed(place, { elsewhere, heard, nowMs: () => nowMs });
    await grow(record, 5);
    elsewhere.stop();
    for (let round = 0; round < 3; round += 1) {
      nowMs += 60_000;
      await grow(record, 5);
    }
    expect(await cosigners(place, record)).toEqual([`${origin}/witness`]);
    expect(heard).toEqual([expect.stringContaining('the witness `elsewhere.example` does not cosign: ECONNREFUSED')]);
    await witnessElsewhere(log, state, Number(new URL(elsewhere.url).port));
    nowMs += 60_000;
    await grow(record, 5);
    expect(await cosigners(place, record)).toEqual([`${origin}/witness`, 'elsewhere.example']);
    expect(heard).toHaveLength(2);
    await record.close();
  });

  it.each([
    ['an answer that is no cosignature', 200, '— elsewhere.example AAAA\n'],
    ['a refusal', 403, 'no\n'],
    ['a conflict without a size', 409, 'soon\n'],
    ['more than any answer', 200, 'x'.repeat(100_000)],
  ])('is never spoiled by a witness that gives %s', async (_, status, body) => {
    const place = newPlace();
    const elsewhere = await witnessElsewhere(await logKey(place));
    const heard: string[] = [];
    const link = { ...elsewhere.link, send: async () => ({ status, body: utf8(body) }) };
    const record = await openWitnessed(place, { elsewhere: { ...elsewhere, link }, heard });
    await grow(record, 5);
    expect(await cosigners(place, record)).toEqual([`${origin}/witness`]);
    expect(heard[0]).toContain('does not cosign');
    await record.close();
  });
});

describe('a start is refused, with the way out,', () => {
  it('when an older state was put back, with the keys and the witness in the process of that time', async () => {
    const { older, elsewhere } = await witnessedLog();
    await expect(openWitnessed(older, { elsewhere })).rejects.toThrow(
      /the witness `elsewhere\.example` has cosigned 32\d entries, and the record holds 2\d published ones.*npx modelward restore/,
    );
  });

  it('when the log forks with the real key', async () => {
    const { older, elsewhere } = await witnessedLog();
    const fork = await openWitnessed(older);
    await grow(fork, 600);
    await fork.close();
    await expect(openWitnessed(older, { elsewhere })).rejects.toThrow(
      /does not go on from the 32\d entries that the witness `elsewhere\.example` has cosigned: its history was rewritten/,
    );
  });

  it('when all of it was rewritten with the real key', async () => {
    const { place, elsewhere } = await witnessedLog();
    const rewritten = newPlace();
    await cp(join(place.keyFolder, 'log-signing.pem'), join(rewritten.keyFolder, 'log-signing.pem'));
    const record = await openWitnessed(rewritten, { nowMs: () => 1_700_000_000_000 });
    await grow(record, 900);
    await record.close();
    await expect(openWitnessed(rewritten, { elsewhere })).rejects.toThrow(/its history was rewritten/);
  });

  it('when the witness in the process alone knows better', async () => {
    const { place, older } = await witnessedLog();
    await cp(join(place.keyFolder, 'witness'), join(older.keyFolder, 'witness'), { recursive: true });
    await expect(openWitnessed(older)).rejects.toThrow(
      /the witness `modelward\/test\/witness` \(its memory is in `keyFolder`\) has cosigned 32\d entries/,
    );
  });

  it('when what that witness remembers is damaged', async () => {
    const { place } = await witnessedLog();
    await writeFile(join(place.keyFolder, 'witness', 'logs', stateName(origin)), 'nothing');
    await expect(openWitnessed(place)).rejects.toThrow(/is damaged; put it back from a backup/);
  });
});

describe('with only the witness in the process, rewritten too,', () => {
  it('a rewritten history is not caught: that is what an independent one is for', async () => {
    const { place, verifierKey } = await witnessedLog();
    const rewritten = newPlace();
    await cp(join(place.keyFolder, 'log-signing.pem'), join(rewritten.keyFolder, 'log-signing.pem'));
    const record = await openWitnessed(rewritten);
    await grow(record, 900);
    await record.close();
    const again = await openWitnessed(rewritten);
    expect(await cosigners(rewritten, again)).toEqual([`${origin}/witness`]);
    await again.close();
    expect((await verifiedEntries(rewritten.folder, verifierKey)).length).toBeGreaterThan(900);
  });
});

describe('a running record', () => {
  it('hears of a witness that has seen more than the record holds', async () => {
    const { older, elsewhere } = await witnessedLog();
    const heard: string[] = [];
    // The witness is named only once the older state runs already.
    const links: WitnessLink[] = [];
    const record = await open(older, {
      witnesses: async () => links,
      onWitnessTrouble: (trouble) => heard.push(trouble),
    });
    await record.close();
    const late = { ...elsewhere.link, send: vi.fn(elsewhere.link.send).mockRejectedValueOnce(new Error('not yet')) };
    const running = await open(older, {
      witnesses: async () => [late],
      onWitnessTrouble: (trouble) => heard.push(trouble),
    });
    await grow(running, 1);
    await running.close();
    expect(heard).toEqual([expect.stringContaining('not yet'), expect.stringContaining('has cosigned 32')]);
  });
});

describe('a witness', () => {
  /** Every checkpoint of a growing log, with the proof from any size to any other. */
  async function growingLog(sizes: readonly number[]) {
    const place = newPlace();
    const log = await logKey(place);
    const record = await open(place);
    const notes = new Map<number, string>();
    for (const size of sizes) {
      await grow(record, size - record.size());
      notes.set(size, await readText(place.folder, 'checkpoint'));
    }
    const read = (path: string) => readPublishedFile(place.folder, path);
    const request = async (oldSize: number, size: number) => {
      const proof = await proveConsistency({ read, sha256, oldSize, size, publishedSize: record.size() });
      if (!proof.ok) throw new Error(proof.reason.reason);
      return formatAddCheckpoint({
        oldSize,
        proof: oldSize === size ? [] : proof.value,
        note: utf8(notes.get(size) ?? ''),
      });
    };
    return { log, record, request };
  }

  it('never goes back, whatever comes at once, and remembers it through a restart', async () => {
    const sizes = [5, 9, 255, 256, 300, 700];
    const { log, record, request } = await growingLog(sizes);
    const folder = newPlace().folder;
    const { url, witness } = await witnessElsewhere(log, folder);
    const bodies = await Promise.all(
      [0, ...sizes].flatMap((old) => sizes.filter((size) => size > old).map((size) => request(old, size))),
    );
    const post = (body: Uint8Array) => fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body) });
    let reached = 0;
    while (reached < 700) {
      const answers = await Promise.all(bodies.map(post));
      // From one size there is one way on: of all that came at once for it, one was granted.
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
      expect(answers.every(({ status }) => [200, 409, 422].includes(status))).toBe(true);
      const { size = 0 } = witness.lastOf(origin) ?? {};
      expect(size).toBeGreaterThan(reached);
      reached = size;
    }
    const again = await openWitness({ folder, name: 'elsewhere.example', logs: [log], nowMs: Date.now });
    expect(again.lastOf(origin)?.size).toBe(700);
    expect((await again.addCheckpoint(await request(0, 9))).status).toBe(409);
    expect(await again.addCheckpoint(await request(0, 9))).toMatchObject({
      body: '700\n',
      contentType: 'text/x.tlog.size',
    });
    await record.close();
  });

  it('answers as the standard says, and takes nothing longer than it needs', async () => {
    const { log, record, request } = await growingLog([5, 9]);
    const { url, witness } = await witnessElsewhere(log);
    const other = await growingLog([5]);
    const rows: readonly (readonly [what: string, body: Uint8Array, status: number])[] = [
      ['nothing', utf8(''), 400],
      [
        'an old size that the witness does not have',
        formatAddCheckpoint({ oldSize: 9, proof: [], note: utf8(record.checkpoint()).slice(0) }),
        409,
      ],
      ['a log of the same name and another key', await other.request(0, 5), 403],
      ['too much', new Uint8Array(1024 * 1024), 413],
      ['the first one', await request(0, 5), 200],
      [
        'a proof that is none',
        formatAddCheckpoint({ oldSize: 5, proof: [new Uint8Array(32)], note: utf8(record.checkpoint()) }),
        422,
      ],
      ['the next one', await request(5, 9), 200],
      ['the same once more', await request(9, 9), 200],
    ];
    for (const [what, body, status] of rows) {
      const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: Buffer.from(body) });
      expect([what, answer.status]).toEqual([what, status]);
      await answer.body?.cancel();
    }
    const monitored = await fetch(`${url}/${stateName(origin)}/checkpoint`);
    expect(parseCheckpoint(await monitored.text())?.size).toBe(9);
    expect((await fetch(`${url}/${'0'.repeat(64)}/checkpoint`)).status).toBe(404);
    expect((await fetch(`${url}/add-checkpoint`)).status).toBe(404);
    expect(witness.key).toMatch(/^elsewhere\.example\+[0-9a-f]{8}\+/);
    await Promise.all([record.close(), other.record.close()]);
  });

  it('that has a memory does not make a new key when its own is gone', async () => {
    const { log, record, request } = await growingLog([5]);
    const folder = newPlace().folder;
    const witness = await openWitness({ folder, name: 'one', logs: [log], nowMs: Date.now });
    await witness.addCheckpoint(await request(0, 5));
    await rm(join(folder, 'witness-signing.pem'));
    await expect(openWitness({ folder, name: 'one', logs: [log], nowMs: Date.now })).rejects.toThrow(
      /put the key back/,
    );
    await record.close();
  });
});
