import type { JsonObject } from '@modelward/basics';
import { parseStrictJson } from '@modelward/basics';
import { present, some } from '../answer.ts';
import type { Kind } from '../attributes/attribute-store.ts';
import type { Call, Stores } from '../call.ts';
import { limits } from '../limits.ts';
import { findLoggedModel } from '../logged-models/logged-models.ts';
import { invalid, missing } from '../refusal.ts';
import { isObject } from '../request/fields.ts';
import { pageAsked, pageOf } from '../request/page.ts';
import {
  type Entry,
  entries,
  entry,
  entryKey,
  entryLimits,
  loggedModelId,
  runId,
  shown,
  tooMany,
  within,
} from '../request/values.ts';
import { readDataset } from './dataset.ts';
import { readMetric, renderMetric } from './metric.ts';
import type { Metric } from './metric-store.ts';
import { findActiveRun, findRun, runName } from './runs.ts';

/* What a run tells while it runs. Each may come twice: clients repeat a request that got no answer. */

export async function logParameter({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  await addParams(stores, { id, params: [entry(fields, entryLimits.param)] });
  return {};
}

export async function logMetric({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  await addMetrics(stores, readMetric(fields, id));
  return {};
}

export async function logBatch({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  const metrics = atMost(fields.objects('metrics'), limits.metricsPerBatch, 'metrics');
  const params = atMost(entries(fields, 'params', entryLimits.batchedParam), limits.paramsPerBatch, 'params');
  const tags = atMost(entries(fields, 'tags', entryLimits.batchedTag), limits.tagsPerBatch, 'tags');
  await addParams(stores, { id, params });
  await setTags(stores, { id, tags });
  await addMetrics(
    stores,
    metrics.flatMap((metric) => readMetric(metric, id)),
  );
  return {};
}

export async function setTag({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  await setTags(stores, { id, tags: [entry(fields, entryLimits.runTag)] });
  return {};
}

async function setTags(stores: Stores, { id, tags }: { id: string; tags: readonly Entry[] }): Promise<void> {
  await stores.attributes.set({ type: 'Run', key: id }, 'tag', tags);
  const name = tags.findLast(({ key }) => key === runName)?.value;
  if (name !== undefined) await stores.runs.update(id, { name: within('run_name', name, limits.keyCharacters) });
}

export async function deleteTag({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  const key = entryKey(fields.required('key'));
  if (await stores.attributes.remove({ type: 'Run', key: id }, 'tag', key)) return {};
  throw missing(`No tag with name: ${key} in run with id ${id}`);
}

export async function logInputs({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  const datasets = atMost(fields.objects('datasets'), limits.entriesPerList, 'datasets').map(readDataset);
  await stores.attributes.add({ type: 'Run', key: id }, 'dataset', datasets);
  await linkModels({ fields, stores }, id, 'model-input');
  return {};
}

export async function logOutputs({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  await linkModels({ fields, stores }, id, 'model-output');
  return {};
}

/** Older clients tell of a model by its description alone; MLflow keeps a list of them in a tag. */
export async function logModel({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  const read = parseStrictJson(fields.required('model_json'));
  const model = read.ok ? read.value : undefined;
  if (!isObject(model)) throw invalid('Malformed model info. Model JSON is not a JSON object');
  const absent = ['artifact_path', 'flavors', 'utc_time_created', 'run_id'].filter((name) => !(name in model));
  if (absent.length > 0) throw invalid(`Model json is missing mandatory fields: ${absent.join(', ')}`);
  const key = 'mlflow.log-model.history';
  const attributesOf = await stores.attributes.of('Run', [id]);
  const before = attributesOf(id).tag.find((tag) => tag.key === key)?.value ?? '[]';
  const value = JSON.stringify([...(JSON.parse(before) as unknown[]), model]);
  const tag = { key, value: within(key, value, limits.modelTagCharacters) };
  await stores.attributes.set({ type: 'Run', key: id }, 'tag', [tag]);
  return {};
}

export async function getMetricHistory({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findRun(stores, runId(fields));
  const sizes = { usual: limits.metricsAtOnce, most: limits.metricsMostAsked, atOnce: limits.metricsAtOnce };
  const asked = pageAsked(fields, sizes);
  const found = await stores.metrics.history(id, fields.required('metric_key'), asked);
  const { rows, ...next } = pageOf(found, asked);
  return present({ metrics: some(rows.map(renderMetric)), ...next });
}

async function addParams(stores: Stores, { id, params }: { id: string; params: readonly Entry[] }) {
  const keys = params.map(({ key }) => key);
  const doubled = keys.filter((key, at) => keys.indexOf(key) !== at);
  if (doubled.length > 0) {
    throw invalid(
      `Duplicate parameter keys have been submitted: [${doubled.map((key) => `'${key}'`).join(', ')}]. Please ensure ` +
        'the request contains only one param value per param key.',
    );
  }
  const [kept] = await stores.attributes.add({ type: 'Run', key: id }, 'param', params);
  if (kept === undefined) return;
  const now = params.find(({ key }) => key === kept.key)?.value ?? '';
  throw invalid(
    `Changing param values is not allowed. Param with key='${kept.key}' was already logged with value='${shown(kept.value)}' ` +
      `for run ID='${id}'. Attempted logging new value '${shown(now)}'.`,
  );
}

async function addMetrics(stores: Stores, metrics: readonly Metric[]) {
  for (const id of new Set(metrics.map((metric) => metric.model_id))) {
    if (id !== '') await findLoggedModel(stores, id);
  }
  await stores.metrics.add(metrics);
}

async function linkModels({ fields, stores }: Pick<Call, 'fields' | 'stores'>, id: string, kind: Kind) {
  const links: Entry[] = [];
  for (const item of atMost(fields.objects('models'), limits.entriesPerList, 'models')) {
    const model = await findLoggedModel(stores, loggedModelId(item.required('model_id')));
    links.push({ key: model.id, value: String(item.integer('step') ?? 0) });
  }
  await stores.attributes.add({ type: 'Run', key: id }, kind, links);
}

function atMost<Item>(items: readonly Item[], most: number, name: string): readonly Item[] {
  if (items.length > most) throw tooMany(name, most, items.length);
  return items;
}
