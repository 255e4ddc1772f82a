import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsck, hasVerifiers, sumdbCheck } from '../conformance/tlog/go-verifiers.ts';
import { type Administrator, enrolAdministrator, freePort, type House, startHouse } from '../support/house.ts';
import { verifyRecord } from '../support/record.ts';
import { runCliHere } from '../support/run-cli.ts';

/* A house whose record a witness of somebody else cosigns: `modelward witness`, with a folder and a key of its own. */

const cli = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.ts');
const elsewhere = mkdtempSync(join(tmpdir(), 'modelward-witness-'));
const place = mkdtempSync(join(tmpdir(), 'modelward-house-'));

let house: House;
let root: Administrator;
let logKey: string;
let witnessKey: string;
let witness: ChildProcess;
let environment: Record<string, string>;

beforeAll(async () => {
  const first = await startHouse({ folder: place });
  logKey = /modelward\/\w+\+\w+\+\S+/.exec(first.printed())?.[0] ?? '';
  root = await enrolAdministrator(first);
  await first.stop();
  const port = await freePort();
  const printed = await startWitness(port);
  witnessKey = /elsewhere\.example\+\w+\+\S+/.exec(printed.split('for auditors')[1] ?? '')?.[0] ?? '';
  environment = { MODELWARD_RECORD_WITNESSES: `http://127.0.0.1:${port} ${witnessKey}` };
  house = await startHouse({ folder: place, environment });
});
afterAll(async () => {
  await house.stop();
  await verifyRecord(house);
  witness.kill();
  await once(witness, 'exit');
  for (const folder of [elsewhere, place]) rmSync(folder, { recursive: true, force: true });
});

async function startWitness(port: number): Promise<string> {
  const words = ['--folder', elsewhere, '--name', 'elsewhere.example', '--log', logKey, '--port', String(port)];
  witness = spawn(process.execPath, [cli, 'witness', ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const part of witness.stdout ?? []) {
    printed += part;
    if (printed.includes('for auditors')) break;
  }
  return printed;
}

function verify(...more: readonly string[]) {
  const env = { MODELWARD_SERVER: house.controlUrl, MODELWARD_TOKEN: root.secret };
  return runCliHere(['audit', 'verify', '--key', logKey, ...more], { cwd: house.folder, env });
}

describe('a verification', () => {
  it('counts the witness of the house as local, and says what that leaves open', async () => {
    const { status, stdout } = await verify();
    expect([status, stdout]).toEqual([0, expect.stringMatching(/local witnesses: [12] \(modelward\/\w+\/witness, /)]);
    expect(stdout).toContain('whoever rewrites the rest rewrites it too');
    expect(stdout).toContain('independent witnesses: 0; whoever holds the files and keys');
  });

  it('demands the cosignature of a witness that is named, and one on the same machine is not independent', async () => {
    const { status, stderr } = await verify('--witness', witnessKey);
    // The witness of this test listens on the machine of the house, which the house says.
    expect([status, stderr]).toEqual([2, expect.stringContaining('runs on the machine of the server')]);
    const other = witnessKey.replace('elsewhere.example', 'nobody.example');
    expect((await verify('--witness', other)).stderr).toContain('is no key of a witness');
  });

  it('of files counts it, where nobody says that it is on this machine', async () => {
    await house.stop();
    const copy = join(elsewhere, 'copy');
    await cp(join(place, 'data', 'record'), copy, { recursive: true });
    const offline = { cwd: elsewhere };
    const words = ['audit', 'verify', '--folder', copy, '--key', logKey, '--witness', witnessKey];
    const { status, stdout } = await runCliHere(words, offline);
    expect([status, stdout]).toEqual([0, expect.stringContaining('independent witnesses: 1 (elsewhere.example, ')]);
    const receipt = ['audit', 'receipt', '3', '--folder', copy, '--key', logKey, '--out', join(elsewhere, 'receipt')];
    expect((await runCliHere(receipt, offline)).status).toBe(0);
    const proven = ['audit', 'verify-receipt', join(elsewhere, 'receipt'), '--key', logKey, '--witness', witnessKey];
    expect((await runCliHere(proven, offline)).stdout).toContain('cosigned by elsewhere.example');
    house = await startHouse({ folder: place, environment });
  });
});

describe('verifiers that are not ours', () => {
  // Without Go they cannot be built; the module that looks for them says so by name.
  it.skipIf(!hasVerifiers)('accept the cosigned record, and the witness under it', async () => {
    await house.stop();
    const copy = join(elsewhere, 'for-others');
    await cp(join(place, 'data', 'record'), copy, { recursive: true });
    const [keyFile, witnessFile] = [join(elsewhere, 'log.vkey'), join(elsewhere, 'witness.vkey')];
    writeFileSync(keyFile, logKey);
    writeFileSync(witnessFile, witnessKey);
    expect([fsck(copy, keyFile), sumdbCheck(copy, keyFile, ['-witness', witnessFile])]).toEqual([true, true]);
    house = await startHouse({ folder: place, environment });
  });
});

describe('an older state', () => {
  it('that is put back with all its keys is refused at the start, because the witness elsewhere knows better', async () => {
    await house.stop();
    const older = mkdtempSync(join(tmpdir(), 'modelward-older-'));
    await cp(place, older, { recursive: true });
    house = await startHouse({ folder: place, environment });
    await root.call('people.list', {}).catch(() => undefined);
    await house.stop();
    await expect(startHouse({ folder: older, environment })).rejects.toThrow(
      /the witness `elsewhere\.example` has cosigned \d+ entries, and the record holds \d+ published ones/,
    );
    // Without the witness nobody here can tell: its own memory was put back too.
    const fooled = await startHouse({ folder: older });
    await fooled.stop();
    rmSync(older, { recursive: true, force: true });
    house = await startHouse({ folder: place, environment });
  });
});

describe('modelward witness', () => {
  it.each([
    [['--log', 'nonsense', '--name', 'x'], 2, 'is no verifier key of a log'],
    [['--log', 'KEY', '--port', '0', '--name', 'x'], 2, '`0` is no port'],
    [['--log', 'KEY', '--name', 'two words'], 2, 'needs a name'],
    [['--log', 'KEY'], 2, 'needs a name'],
  ] as const)('%j is refused', async (words, code, says) => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-witness-'));
    const given = words.map((word) => (word === 'KEY' ? logKey : word));
    const { status, stderr } = await runCliHere(['witness', '--folder', folder, ...given], { cwd: folder });
    expect([status, stderr]).toEqual([code, expect.stringContaining(says)]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('is the only one on its folder', async () => {
    const { status, stderr } = await runCliHere(['witness', '--folder', elsewhere, '--log', logKey], {
      cwd: elsewhere,
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining(`is in use by process ${witness.pid}`)]);
  });
});
