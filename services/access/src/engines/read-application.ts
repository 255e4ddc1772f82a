import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ok, parseStrictJson, type Result, refused } from '@modelward/basics';
import { type BundleFlaw, createCompiledEngine, type Entity, type PolicyValue } from '@modelward/policy';
import { z } from 'zod';
import { readBundle } from '../bundles/read-bundle.ts';
import { type Application, createApplication } from './application.ts';

const entitiesFile = 'entities.json';
const mostEntities = 100_000;

const name = z.object({ type: z.string().min(1).max(128), id: z.string().min(1).max(1024) });
const value: z.ZodType<PolicyValue> = z.lazy(() =>
  z.union([
    z.string(),
    z.boolean(),
    z.int(),
    z.array(value),
    z.strictObject({ __entity: name }).transform(({ __entity }) => __entity),
    z.record(z.string(), value).transform((record) => ({ record })),
  ]),
);
/** Cedar's own form of entities, without extension values. */
const entities = z
  .array(
    z.strictObject({ uid: name, attrs: z.record(z.string(), value).default({}), parents: z.array(name).default([]) }),
  )
  .max(mostEntities);

/** A bundle, as for Modelward itself, and `entities.json` beside it; or everything that is wrong with them. Throws when the folder cannot be read. */
export async function readApplication(folder: string): Promise<Result<Application, readonly BundleFlaw[]>> {
  const bundle = await readBundle(folder);
  if (!bundle.ok) return bundle;
  const json = parseStrictJson(await readFile(join(folder, entitiesFile), 'utf8'));
  if (!json.ok) return refused([{ file: entitiesFile, message: `the entities cannot be read: ${json.reason}` }]);
  const parsed = entities.safeParse(json.value);
  if (!parsed.success) return refused(parsed.error.issues.slice(0, 5).map(flawOf));
  const read = parsed.data.map(({ uid, attrs, parents }): Entity => ({ uid, attributes: attrs, parents }));
  return ok(createApplication({ engine: createCompiledEngine(bundle.value), entities: read }));
}

function flawOf({ path, message }: z.core.$ZodIssue): BundleFlaw {
  return { file: entitiesFile, message: `\`${path.join('.')}\`: ${message.toLowerCase()}` };
}
