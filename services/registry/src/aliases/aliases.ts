import type { JsonObject } from '@modelward/basics';
import type { Call, Stores } from '../call.ts';
import { findModel, holdModel } from '../models/models.ts';
import { invalid, missing } from '../refusal.ts';
import { aliasName, modelName, newAliasName, versionNumber } from '../request/values.ts';
import type { Version } from '../versions/version-store.ts';
import { answerVersion, findVersion } from '../versions/versions.ts';

export async function setAlias({ fields, stores }: Call): Promise<JsonObject> {
  const name = modelName(fields.required('name'));
  const alias = newAliasName(fields.required('alias'));
  const number = versionNumber(fields.required('version'));
  await stores.models.hold(name);
  const { version } = await findVersion(stores, { name, version: number });
  await stores.aliases.set({ name, alias, version });
  return {};
}

export async function deleteAlias({ fields, stores }: Call): Promise<JsonObject> {
  const alias = aliasName(fields.required('alias'));
  const { name } = await holdModel(stores, modelName(fields.required('name')));
  await stores.aliases.remove(name, alias);
  return {};
}

export async function getVersionByAlias({ fields, stores }: Call): Promise<JsonObject> {
  const alias = aliasName(fields.required('alias'));
  const { name } = await findModel(stores, modelName(fields.required('name')));
  const isLatest = alias.toLowerCase() === 'latest';
  return answerVersion(stores, await (isLatest ? latestOf(stores, name) : aliased(stores, { name, alias })));
}

async function latestOf(stores: Stores, name: string): Promise<Version> {
  const latest = await stores.versions.latest([name]);
  const newest = latest.toSorted((a, b) => b.version - a.version)[0];
  if (newest === undefined) throw missing(`Latest version not found for model ${name}.`);
  return newest;
}

async function aliased(stores: Stores, { name, alias }: { name: string; alias: string }): Promise<Version> {
  const found = await stores.aliases.find(name, alias);
  // MLflow's code for this: its client tells a missing alias from a missing model by it.
  if (found === undefined) throw invalid(`Registered model alias ${alias} not found.`);
  return findVersion(stores, { name, version: found.version });
}
