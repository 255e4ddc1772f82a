import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecord } from '@modelward/audit';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCliHere } from '../../../../tests/support/run-cli.ts';

let place: string;
let key: string;
const log = () => join(place, 'log');

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'modelward-verify-'));
  key = await write(10);
});

/** Adds this many refusals to the log in this folder, and closes it. */
async function write(count: number, folder = log()): Promise<string> {
  const record = await openRecord({
    folder,
    keyFolder: join(place, 'keys'),
    origin: 'modelward/test',
    nowMs: Date.now,
    onFault: (fault) => {
      throw fault;
    },
  });
  const refusal = { type: 'refusal', interface: 'control', source: 'src_a', reason: 'unknown-host' } as const;
  for (let index = 0; index < count; index += 1)
    await record.append({ ...refusal, requestId: `req_${folder.length}-${index}` });
  await record.close();
  return record.verifierKey;
}

const verify = (...more: string[]) => runCliHere(['audit', 'verify', '--folder', log(), ...more], { cwd: place });
const verifyWithKey = () => verify('--key', key);

function change(path: string, edit: (bytes: Buffer) => Buffer): void {
  const [file = ''] = globSync(path, { cwd: log() });
  const bytes = edit(readFileSync(join(log(), file)));
  rmSync(join(log(), file));
  writeFileSync(join(log(), file), bytes);
}

function flip(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

/** A checkpoint that says another size. */
function grow(note: Buffer): Buffer {
  return Buffer.from(note.toString().replace('\n12\n', '\n13\n'));
}

describe('audit verify', () => {
  it('counts what a whole record holds', async () => {
    const { status, stdout } = await verifyWithKey();
    expect([status, stdout]).toEqual([0, expect.stringContaining('verified: modelward/test at 12 entries, root ')]);
    expect(stdout).toContain('0 allowed, 0 refused, 10 refused before anybody was identified, 0 changes');
  });

  it('takes the key that it knows from the last look', async () => {
    await verifyWithKey();
    await write(3);
    const { status, stdout } = await verify();
    expect([status, stdout]).toEqual([0, expect.stringContaining('it goes on from your last look, at 12 entries')]);
  });

  const damages: readonly (readonly [what: string, damage: () => void, says: string])[] = [
    ['a byte of an entry', () => change('tile/entries/*.p/*', flip), 'is not whole'],
    ['a byte of a hash', () => change('tile/0/*.p/*', flip), 'does not belong to these entries'],
    ['a byte of the checkpoint', () => change('checkpoint', grow), 'the signature of the checkpoint is wrong'],
    [
      'the end of the entries',
      () => change('tile/entries/*.p/*', (bytes) => bytes.subarray(0, -40)),
      'was cut or changed',
    ],
    ['all entries', () => rmSync(join(log(), 'tile', 'entries'), { recursive: true }), 'is missing'],
    ['the checkpoint', () => rmSync(join(log(), 'checkpoint')), 'holds no checkpoint'],
  ];

  it.each(damages)('sees that somebody has touched %s', async (_, damage, says) => {
    await verifyWithKey();
    damage();
    const { status, stderr, stdout } = await verifyWithKey();
    expect([status, stderr]).toEqual([1, expect.stringContaining(says)]);
    expect(stdout).not.toContain('verified');
  });

  it('believes no key but the right one', async () => {
    const { status, stderr } = await verify('--key', key.replace(/.{8}$/, 'AAAAAAA='));
    expect([status, stderr]).toEqual([1, expect.stringContaining('the verifier key is not of the form')]);
  });

  it('sees an older state that was put back, though it is genuine', async () => {
    cpSync(log(), join(place, 'older'), { recursive: true });
    await write(5);
    await verifyWithKey();
    rmSync(log(), { recursive: true });
    cpSync(join(place, 'older'), log(), { recursive: true });
    const { status, stderr } = await verifyWithKey();
    expect([status, stderr]).toEqual([1, expect.stringContaining('it has 12 entries, and had 19 at your last look')]);
  });

  it('sees a history that was written anew with the right key', async () => {
    await verifyWithKey();
    rmSync(log(), { recursive: true });
    rmSync(join(place, 'keys', 'last-checkpoint'));
    const other = join(place, 'another-history');
    await write(20, other);
    cpSync(other, log(), { recursive: true });
    const { status, stderr } = await verifyWithKey();
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining('its first 12 entries are not those of your last look'),
    ]);
  });

  it('goes on while the log does: a partial tile that has become a full one is read from that', async () => {
    const checkpoint = readFileSync(join(log(), 'checkpoint'));
    await write(300);
    // As if the checkpoint had been read before the tiles of 312 entries came.
    writeFileSync(join(log(), 'checkpoint'), checkpoint);
    expect(globSync('tile/entries/000.p/*', { cwd: log() })).toEqual([]);
    const { status, stdout } = await verifyWithKey();
    expect([status, stdout]).toEqual([0, expect.stringContaining('at 12 entries')]);
  });
});
