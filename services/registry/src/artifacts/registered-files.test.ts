import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databases } from '../../../../tests/support/databases.ts';
import { createWorld, furnish, type World } from '../testing/world.ts';

const artifacts = '/mlflow-artifacts/artifacts';

describe.each(databases)('the files of a registered version on $name', ({ open }) => {
  let world: World;
  let made: Awaited<ReturnType<typeof furnish>>;
  beforeEach(async () => {
    world = createWorld(await open());
    made = await furnish(world);
  });
  afterEach(() => world.database.close());

  const put = (path: string, text = 'x') => world.send(`PUT ${artifacts}/${path}`, { body: Buffer.from(text) });
  const remove = (path: string) => world.send(`DELETE ${artifacts}/${path}`);
  const read = async (path: string) => String((await world.send(`GET ${artifacts}/${path}`)).body);
  const register = (source: object) =>
    world.send('POST /mlflow/model-versions/create', { json: { name: made.name, ...source } });

  it.each([
    ['a run', ({ run }: typeof made) => ({ source: `runs:/${run}/late/er`, run_id: run })],
    ['a path of it', ({ root, run }: typeof made) => ({ source: `mlflow-artifacts:/${root}/late/er`, run_id: run })],
  ])('that came from %s are neither written over, nor added to, nor removed', async (_, source) => {
    const folder = `${made.root}/late/er`;
    await put(`${folder}/weights.bin`, 'good');
    expect((await register(source(made))).status).toBe(200);
    const tried = [
      await put(`${folder}/weights.bin`, 'evil'),
      await put(`${folder}/code/loader.py`, 'evil'),
      await remove(`${folder}/weights.bin`),
      await remove(folder),
      await remove(`${made.root}/late`),
      await remove(made.root),
    ];
    expect(tried.map(({ status, json }) => [status, json.error_code])).toEqual(
      tried.map(() => [403, 'PERMISSION_DENIED']),
    );
    expect(String(tried[0]?.json.message)).not.toContain(made.name);
    expect(await read(`${folder}/weights.bin`)).toBe('good');
  });

  it('that came from a logged model, or from a version of it, do not change either', async () => {
    const folder = `${made.experiment}/models/${made.modelId}/artifacts`;
    await put(`${folder}/MLmodel`, 'good');
    await register({ source: `models:/${made.modelId}`, model_id: made.modelId });
    await register({ source: `models:/${made.name}/2` });
    await world.send('DELETE /mlflow/model-versions/delete', { json: { name: made.name, version: '2' } });
    expect((await put(`${folder}/MLmodel`, 'evil')).status).toBe(403);
    expect(await read(`${folder}/MLmodel`)).toBe('good');
  });

  it('that are registered while an upload is on its way are as they were', async () => {
    await put(`${made.root}/late/weights.bin`, 'good');
    const body = (async function* () {
      yield Buffer.from('ev');
      await register({ source: `runs:/${made.run}/late`, run_id: made.run });
      yield Buffer.from('il');
    })();
    expect((await world.send(`PUT ${artifacts}/${made.root}/late/weights.bin`, { body })).status).toBe(403);
    expect(await read(`${made.root}/late/weights.bin`)).toBe('good');
  });

  it('leave their neighbours alone, and are files like any other when no version is left', async () => {
    await register({ source: `runs:/${made.run}/late`, run_id: made.run });
    expect((await put(`${made.root}/later/weights.bin`)).status).toBe(200);
    expect((await remove(`${made.root}/later`)).status).toBe(200);
    expect((await put(`${made.root}/late/weights.bin`)).status).toBe(403);
    await world.send('DELETE /mlflow/model-versions/delete', { json: { name: made.name, version: '2' } });
    expect((await put(`${made.root}/late/weights.bin`)).status).toBe(200);
  });
});
