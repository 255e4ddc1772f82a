import { actions } from '@modelward/contract';
import { createCompiledEngine } from '@modelward/policy';
import { expect, it } from 'vitest';
import { policiesFolder } from '../testing/world.ts';
import { readBundle } from './read-bundle.ts';

it('the bundle that the product ships with is read, and is the same each time', async () => {
  const [first, second] = [await readBundle(policiesFolder), await readBundle(policiesFolder)];
  expect(first).toEqual(second);
  expect(first).toMatchObject({ ok: true, value: { digest: expect.stringMatching(/^[0-9a-f]{64}$/) } });
});

it('the schema declares the actions of the contract and no others', async () => {
  const bundle = await readBundle(policiesFolder);
  if (!bundle.ok) throw new Error(JSON.stringify(bundle.reason));
  const { schema } = bundle.value;
  const declared = [...schema.matchAll(/^action ([^;]*?)(?: in \["discover"\])?\s+appliesTo/gm)].flatMap(
    ([, names = '']) => [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => name),
  );
  expect(declared.toSorted()).toEqual([...actions].sort());
  const discovering = [...schema.matchAll(/^action "([^"]+)" in \["discover"\]/gm)].map(([, name]) => name);
  expect(discovering.toSorted()).toEqual(actions.filter((action) => action.endsWith('.discover')).toSorted());
  expect(createCompiledEngine(bundle.value).bundle.digest).toBe(bundle.value.digest);
});

it('a folder without a bundle says what is missing', async () => {
  expect(await readBundle(import.meta.dirname)).toMatchObject({ ok: false, reason: [{ file: 'manifest.json' }] });
});
