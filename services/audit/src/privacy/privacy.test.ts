import { createSecretKey, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { copyRecord } from '../copy-record.ts';
import type { AuditRecord } from '../record.ts';
import { copyPlace, decision, newPlace, open, type Place, verifiedEntries } from '../testing/logs.ts';
import { addMasterKey, loadMasterKeys, removeMasterKeys } from './master-keys.ts';
import { readStored } from './sealed-files.ts';
import { commitTo, openValue, sealValue } from './sealed-values.ts';
import { createSealer } from './sealer.ts';
import { createSubjectKeyStore } from './subject-key-store.ts';
import { openSubjectKeys, type SubjectKeys } from './subject-keys.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const onFault = (fault: unknown) => expect.unreachable(String(fault));
const key = () => createSecretKey(randomBytes(32));

describe('a sealed value', () => {
  it('opens with its own key, in its own place, and is what the leaf commits to', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const own = key();
        const { commitment, ...value } = sealValue({ subject: 'acc_ada', field: 'address' }, text, own);
        const opened = openValue(value, own);
        expect(opened?.value).toBe(text);
        expect(opened && commitTo('address', opened)).toBe(commitment);
        expect(opened && commitTo('named', opened)).not.toBe(commitment);
        expect(openValue(value, key())).toBeUndefined();
        expect(openValue({ ...value, subject: 'acc_ben' }, own)).toBeUndefined();
        expect(openValue({ ...value, field: 'named' }, own)).toBeUndefined();
      }),
    );
  });

  it('does not open once any byte of it is changed, and equal values look different', () => {
    const own = key();
    const place = { subject: 'acc_ada', field: 'address' };
    const { commitment, ...value } = sealValue(place, '10.1.2.3', own);
    for (const at of value.sealed.keys()) {
      const sealed = Buffer.from(value.sealed);
      sealed[at] = (sealed[at] ?? 0) ^ 1;
      expect(openValue({ ...value, sealed }, own)).toBeUndefined();
    }
    expect(sealValue(place, '10.1.2.3', own).commitment).not.toBe(commitment);
  });

  it('is cut when it is longer than any name', () => {
    const own = key();
    const { commitment, ...value } = sealValue({ subject: 's', field: 'f' }, '😀'.repeat(4000), own);
    expect(openValue(value, own)?.value.length).toBeLessThan(4100);
    expect(commitment).toHaveLength(43);
  });
});

describe.each(databases)('sealed values of a record on $name', ({ open: openDatabase }) => {
  async function sealing(place: Place = newPlace()) {
    const database = await openDatabase();
    const store = createSubjectKeyStore(database.tables);
    const keys = await openSubjectKeys({ store, masters: loadMasterKeys(place.keyFolder), onFault });
    closers.push(database.close);
    closers.push(keys.settled);
    const record = await open(place, { seal: createSealer(keys) });
    closers.push(record.close);
    return { place, database, store, keys, record };
  }
  const ada = { subject: 'acc_ada', values: { address: '203.0.113.9', named: 'Ada’s model' } };

  async function valuesOf(record: AuditRecord, index: number, keys: SubjectKeys) {
    const found: Record<string, string | undefined> = {};
    for (const stored of await record.sealedOf(index)) {
      const own = keys.find(stored.subject);
      found[stored.field] = own && openValue(stored, own)?.value;
    }
    return found;
  }

  it('are durable with their entry and nowhere in it, and say nothing once the key is gone', async () => {
    const { place, record, keys } = await sealing();
    const { index } = await record.append(decision('a'), ada);
    await record.append(decision('b'), { subject: 'acc_ben', values: { address: '198.51.100.7' } });
    await record.flush();
    const before = await verifiedEntries(place.folder, record.verifierKey);
    expect(JSON.stringify(before)).not.toMatch(/203\.0\.113|Ada/);
    expect(before[index]).toMatchObject({ commitments: { address: expect.any(String), named: expect.any(String) } });
    expect(await valuesOf(record, index, keys)).toEqual(ada.values);
    expect(await keys.destroy('acc_ada')).toBe(true);
    expect(await valuesOf(record, index, keys)).toEqual({ address: undefined, named: undefined });
    expect(await valuesOf(record, index + 1, keys)).toEqual({ address: '198.51.100.7' });
    expect(await verifiedEntries(place.folder, record.verifierKey)).toEqual(before);
  });

  it('come back from the write-ahead log after a crash, and twice is once', async () => {
    const { place, record, keys } = await sealing();
    const { index } = await record.append(decision('a'), ada);
    const crashed = await copyPlace(place);
    expect(existsSync(join(crashed.folder, 'sealed'))).toBe(false);
    const again = await open(crashed);
    await again.flush();
    expect(await valuesOf(again, index, keys)).toEqual(ada.values);
    const file = join(crashed.folder, 'sealed', '0000000000');
    await appendFile(file, await readFile(file));
    expect(await again.sealedOf(index)).toHaveLength(2);
    await again.close();
  });

  it('go along with a copy of the record, also those that only the write-ahead log has', async () => {
    const { place, record, keys } = await sealing();
    const first = await record.append(decision('a'), ada);
    await record.flush();
    const second = await record.append(decision('b'), ada);
    const to = newPlace().folder;
    await copyRecord({ from: place.folder, to, verifierKey: record.verifierKey });
    for (const { index } of [first, second]) {
      const stored = await readStored(to, index);
      const values = stored.map((one) => openValue(one, keys.ensure(one.subject))?.value);
      expect(values.toSorted()).toEqual(Object.values(ada.values).toSorted());
    }
  });

  it('stay readable through a rotation of the master key, which leaves nothing of the old one', async () => {
    const { place, store, record, keys } = await sealing();
    const { index } = await record.append(decision('a'), ada);
    await record.flush();
    const old = loadMasterKeys(place.keyFolder).newest.id;
    const id = addMasterKey(place.keyFolder);
    await keys.settled();
    const rotated = await openSubjectKeys({ store, masters: loadMasterKeys(place.keyFolder), onFault });
    expect(await rotated.rewrap()).toBe(1);
    expect(removeMasterKeys(place.keyFolder, { but: id })).toEqual([old]);
    expect(readdirSync(join(place.keyFolder, 'privacy'))).toEqual([`${id}.key`]);
    const fresh = await openSubjectKeys({ store, masters: loadMasterKeys(place.keyFolder), onFault });
    expect(await valuesOf(record, index, fresh)).toEqual(await valuesOf(record, index, keys));
  });

  it('can be written inside a transaction of the database, and their key is there after it', async () => {
    const { store, place, record, keys, database } = await sealing();
    const { index } = await database.tables.transaction().execute(() => record.append(decision('a'), ada));
    await record.flush();
    await keys.settled();
    const fresh = await openSubjectKeys({ store, masters: loadMasterKeys(place.keyFolder), onFault });
    expect(await valuesOf(record, index, fresh)).toEqual(ada.values);
  });
});

describe('a master key', () => {
  it('that is missing is named, with the way out', () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelward-keys-'));
    const masters = loadMasterKeys(folder);
    expect(readFileSync(join(folder, 'privacy', `${masters.newest.id}.key`))).toHaveLength(32);
    expect(() => masters.find('000009-00000000')).toThrow(/put it back from a backup/);
  });
});
