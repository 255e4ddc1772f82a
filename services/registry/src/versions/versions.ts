import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import { findPlace } from '../artifacts/artifact-place.ts';
import { type Call, type Stores, visibleTo } from '../call.ts';
import { limits } from '../limits.ts';
import { findLoggedModel } from '../logged-models/logged-models.ts';
import { modelArtifactUri } from '../logged-models/render-logged-model.ts';
import { describedAs, findModel, holdModel } from '../models/models.ts';
import { invalid, missing } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { pageAsked, pageOf } from '../request/page.ts';
import { entries, entry, entryKey, entryLimits, modelName, versionNumber, within } from '../request/values.ts';
import { findRun } from '../runs/runs.ts';
import { readFilter, splitPrompts } from '../search/filter.ts';
import { readOrder } from '../search/order.ts';
import { renderVersions, versionKey } from './render-version.ts';
import { type Origin, readOrigin } from './source.ts';
import { activeStages, type Stage, stageNamed, stages } from './stage.ts';
import { searchableVersions, type Version, type VersionKey } from './version-store.ts';

export async function createVersion({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const name = modelName(fields.required('name'));
  const origin = readOrigin(fields);
  const tags = entries(fields, 'tags', entryLimits.modelTag);
  const { last_version } = await holdModel(stores, name);
  const version: Version = {
    name,
    version: last_version + 1,
    stage: 'None',
    description: describedAs(fields) ?? '',
    source: within('source', origin.source.uri, limits.uriCharacters),
    ...(await followOrigin(stores, origin)),
    run_link: within('run_link', fields.text('run_link') ?? '', limits.uriCharacters),
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  };
  await stores.models.update(name, { last_version: version.version, updated_at_ms: nowMs });
  await stores.versions.insert(version);
  await stores.attributes.set({ type: 'ModelVersion', key: versionKey(version) }, 'tag', tags);
  return { model_version: await renderOne(stores, version) };
}

/** Where the artifacts are in the end, and the run that made them. */
async function followOrigin(
  stores: Stores,
  { source, runId, modelId }: Origin,
): Promise<Pick<Version, 'storage_location' | 'run_id'>> {
  const run = runId === undefined ? undefined : await findRun(stores, runId);
  const model = modelId === undefined ? undefined : await findLoggedModel(stores, modelId);
  const madeBy = run?.id ?? model?.source_run_id ?? '';
  if (source.from === 'version') return followVersion(stores, { key: source, runId, uri: source.uri });
  if (source.from === 'artifacts') await findPlace(stores, source.place);
  const storage_location = source.from === 'logged-model' && model !== undefined ? modelArtifactUri(model) : source.uri;
  return { storage_location, run_id: madeBy };
}

type Followed = { readonly key: VersionKey; readonly runId: string | undefined; readonly uri: string };

async function followVersion(stores: Stores, { key, runId, uri }: Followed) {
  const { storage_location, run_id } = await findVersion(stores, key);
  if (runId === undefined || runId === run_id) return { storage_location, run_id };
  throw invalid(
    `Invalid model version source: '${uri}'. The run_id and model_id request parameters must match the referenced model version.`,
  );
}

export function readVersionKey(fields: Fields): VersionKey {
  return { name: modelName(fields.required('name')), version: versionNumber(fields.required('version')) };
}

export async function getVersion({ fields, stores }: Call): Promise<JsonObject> {
  return answerVersion(stores, await findVersion(stores, readVersionKey(fields)));
}

export async function getDownloadUri({ fields, stores }: Call): Promise<JsonObject> {
  return { artifact_uri: (await findVersion(stores, readVersionKey(fields))).storage_location };
}

export async function updateVersion({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const version = await holdVersion(stores, readVersionKey(fields));
  await stores.versions.update(version, { description: describedAs(fields), updated_at_ms: nowMs });
  return answerVersion(stores, await findVersion(stores, version));
}

export async function transitionStage({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const key = readVersionKey(fields);
  const stage = stageNamed(fields.required('stage'));
  const archives = fields.isTrue('archive_existing_versions');
  if (archives && !activeStages.includes(stage)) {
    throw invalid(
      `Model version transition cannot archive existing model versions because '${stage}' is not an Active stage. ` +
        `Valid stages are ${activeStages.join(', ')}`,
    );
  }
  const version = await holdVersion(stores, key);
  const updated_at_ms = nowMs;
  if (archives) await stores.versions.moveOthers({ ...version, stage }, { stage: 'Archived', updated_at_ms });
  await stores.versions.update(version, { stage, updated_at_ms });
  await stores.models.update(version.name, { updated_at_ms });
  return answerVersion(stores, await findVersion(stores, version));
}

/** Its number is never given out again. */
export async function deleteVersion({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const version = await holdVersion(stores, readVersionKey(fields));
  await stores.aliases.removeOfVersion(version);
  await stores.attributes.removeAll('ModelVersion', versionKey(version));
  await stores.versions.remove(version);
  await stores.models.update(version.name, { updated_at_ms: nowMs });
  return {};
}

export async function setVersionTag({ fields, stores }: Call): Promise<JsonObject> {
  const version = await holdVersion(stores, readVersionKey(fields));
  const owner = { type: 'ModelVersion', key: versionKey(version) } as const;
  await stores.attributes.set(owner, 'tag', [entry(fields, entryLimits.modelTag)]);
  return {};
}

export async function deleteVersionTag({ fields, stores }: Call): Promise<JsonObject> {
  const version = await holdVersion(stores, readVersionKey(fields));
  const owner = { type: 'ModelVersion', key: versionKey(version) } as const;
  await stores.attributes.remove(owner, 'tag', entryKey(fields.required('key')));
  return {};
}

export async function getLatestVersions({ fields, stores, caller }: Call): Promise<JsonObject> {
  const { name } = await findModel(stores, modelName(fields.required('name')));
  const asked = fields.texts('stages').map(stageNamed);
  const wanted: readonly Stage[] = asked.length === 0 ? stages : asked;
  const latest = (await stores.versions.latest([name])).filter(({ stage }) => wanted.some((one) => one === stage));
  const visible = await visibleTo(caller, latest, readingOf);
  return present({ model_versions: some(await Promise.all(visible.map((version) => renderOne(stores, version)))) });
}

export async function searchVersions({ fields, stores, caller }: Call): Promise<JsonObject> {
  const asked = pageAsked(fields, { usual: 10_000, most: 200_000 });
  const { clauses, prompts } = splitPrompts(readFilter(fields.text('filter'), searchableVersions));
  const search = { ...asked, clauses, order: readOrder(fields.texts('order_by'), searchableVersions) };
  const { rows, ...next } = pageOf(await stores.versions.search(search, prompts), asked);
  return present({
    model_versions: some(await renderVersions(stores, await visibleTo(caller, rows, readingOf))),
    ...next,
  });
}

function readingOf(version: Version) {
  return { action: 'version.read', type: 'ModelVersion', key: versionKey(version) } as const;
}

export async function answerVersion(stores: Stores, version: Version): Promise<JsonObject> {
  return { model_version: await renderOne(stores, version) };
}

/** One version alone tells its aliases; in lists MLflow leaves them out. */
async function renderOne(stores: Stores, version: Version): Promise<JsonObject> {
  const [rendered] = await renderVersions(stores, [version]);
  return present({ ...rendered, aliases: some(await stores.aliases.ofVersion(version)) });
}

export async function findVersion(stores: Stores, key: VersionKey): Promise<Version> {
  const version = await stores.versions.find(key);
  if (version === undefined) throw missing(`Model Version (name=${key.name}, version=${key.version}) not found`);
  return version;
}

/** For a change: nobody else changes this model until the transaction ends. */
async function holdVersion(stores: Stores, key: VersionKey): Promise<Version> {
  await stores.models.hold(key.name);
  return findVersion(stores, key);
}
