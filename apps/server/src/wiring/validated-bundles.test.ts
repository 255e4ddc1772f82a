import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rememberValidated } from './validated-bundles.ts';

it('what passed at one start is known at the next, whole and by nothing less', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'modelward-validated-')), 'cache', 'bundles');
  rememberValidated(file).add('cedar-4 abc');
  const next = rememberValidated(file);
  expect(['cedar-4 abc', 'cedar-4 ab', 'cedar-5 abc', ''].map(next.has)).toEqual([true, false, false, false]);
});

it('a memory that cannot be written forgets, and stops nothing', () => {
  const notAFolder = join(mkdtempSync(join(tmpdir(), 'modelward-validated-')), 'file');
  writeFileSync(notAFolder, '');
  const file = join(notAFolder, 'bundles');
  const memory = rememberValidated(file);
  memory.add('cedar-4 abc');
  expect([memory.has('cedar-4 abc'), rememberValidated(file).has('cedar-4 abc')]).toEqual([true, false]);
});
