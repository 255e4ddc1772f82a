import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import { type Call, type Stores, visibleTo } from '../call.ts';
import { findActiveExperiment } from '../experiments/experiments.ts';
import { limits } from '../limits.ts';
import { invalid, missing } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { pageAsked, pageOf } from '../request/page.ts';
import { entries, entryKey, entryLimits, loggedModelId, oneOf, shown, within } from '../request/values.ts';
import { findRun, searchedExperiments } from '../runs/runs.ts';
import { attributeOf, readFilter, scopeOf } from '../search/filter.ts';
import { type Order, wholeOrder } from '../search/order.ts';
import { type LoggedModel, searchableLoggedModels } from './logged-model-store.ts';
import { renderLoggedModels } from './render-logged-model.ts';

export async function createLoggedModel({ fields, stores, nowMs, newHexId }: Call): Promise<JsonObject> {
  const experiment = await findActiveExperiment(stores, fields.required('experiment_id'));
  const id = `m-${newHexId()}`;
  const model: LoggedModel = {
    id,
    experiment_id: experiment.id,
    name: loggedModelName(fields.text('name') ?? `model-${id.slice(2, 10)}`),
    model_type: within('model_type', fields.text('model_type') ?? '', limits.experimentNameCharacters),
    source_run_id: await sourceRun({ fields, stores }),
    status: 'LOGGED_MODEL_PENDING',
    lifecycle_stage: 'active',
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
  };
  const params = entries(fields, 'params', entryLimits.param);
  const tags = entries(fields, 'tags', entryLimits.runTag);
  await stores.loggedModels.insert(model);
  await stores.attributes.set({ type: 'LoggedModel', key: id }, 'param', params);
  await stores.attributes.set({ type: 'LoggedModel', key: id }, 'tag', tags);
  return answerModel(stores, model);
}

function loggedModelName(name: string): string {
  if (!/[/:.%"']/.test(name)) return within('name', name, limits.experimentNameCharacters);
  throw invalid(
    `Invalid model name ('${shown(name)}') provided. Model name must be a non-empty string and cannot contain the ` +
      `following characters: ('/', ':', '.', '%', '"', "'")`,
  );
}

async function sourceRun({ fields, stores }: Pick<Call, 'fields' | 'stores'>): Promise<string> {
  const id = sourceRunId(fields);
  return id === undefined ? '' : (await findRun(stores, id)).id;
}

export function sourceRunId(fields: Fields): string | undefined {
  const id = fields.text('source_run_id');
  if (id === undefined || /^[0-9a-f]{32}$/.test(id)) return id;
  throw invalid(`Invalid value ${JSON.stringify(shown(id))} for parameter 'source_run_id' supplied.`);
}

export async function getLoggedModel({ fields, stores }: Call): Promise<JsonObject> {
  const id = loggedModelId(fields.required('model_id'));
  return answerModel(
    stores,
    await (fields.isTrue('allow_deleted') ? findAnyLoggedModel(stores, id) : findLoggedModel(stores, id)),
  );
}

const statuses = [
  'LOGGED_MODEL_STATUS_UNSPECIFIED',
  'LOGGED_MODEL_PENDING',
  'LOGGED_MODEL_READY',
  'LOGGED_MODEL_UPLOAD_FAILED',
] as const;

export async function finalizeLoggedModel({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const { id } = await findLoggedModel(stores, loggedModelId(fields.required('model_id')));
  const status = oneOf('status', fields.required('status'), statuses);
  await stores.loggedModels.update(id, { status, updated_at_ms: nowMs });
  return answerModel(stores, await findLoggedModel(stores, id));
}

export async function deleteLoggedModel({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const { id } = await findAnyLoggedModel(stores, loggedModelId(fields.required('model_id')));
  await stores.loggedModels.update(id, { lifecycle_stage: 'deleted', updated_at_ms: nowMs });
  return {};
}

export async function logModelParams({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findLoggedModel(stores, loggedModelId(fields.required('model_id')));
  const params = entries(fields, 'params', entryLimits.param);
  const [kept] = await stores.attributes.add({ type: 'LoggedModel', key: id }, 'param', params);
  if (kept === undefined) return {};
  throw invalid(
    `Changing param values is not allowed. Param with key='${kept.key}' was already logged for model ID='${id}'.`,
  );
}

export async function setModelTags({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findLoggedModel(stores, loggedModelId(fields.required('model_id')));
  await stores.attributes.set({ type: 'LoggedModel', key: id }, 'tag', entries(fields, 'tags', entryLimits.runTag));
  return {};
}

export async function deleteModelTag({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findLoggedModel(stores, loggedModelId(fields.required('model_id')));
  const key = entryKey(fields.required('tag_key'), 'tag_key');
  if (await stores.attributes.remove({ type: 'LoggedModel', key: id }, 'tag', key)) return {};
  throw missing(`No tag with key '${key}' found for model with ID '${id}'.`);
}

export async function searchLoggedModels({ fields, stores, caller }: Call): Promise<JsonObject> {
  if (fields.objects('datasets').length > 0)
    throw invalid('searching logged models by `datasets` is not supported yet; leave it out');
  const asked = pageAsked(fields, { usual: 100, most: 1000 });
  const search = {
    ...asked,
    clauses: readFilter(fields.text('filter'), searchableLoggedModels),
    order: orderAsked(fields),
  };
  const { rows, ...next } = pageOf(await stores.loggedModels.search(search, searchedExperiments(fields)), asked);
  const visible = await visibleTo(caller, rows, ({ id }) => ({ action: 'run.read', type: 'LoggedModel', key: id }));
  return present({ models: some(await renderLoggedModels(stores, visible)), ...next });
}

/** Unlike elsewhere, an order is a list of objects here. */
function orderAsked(fields: Fields): readonly Order[] {
  const terms = fields.objects('order_by').map((term): Order => {
    if (term.text('dataset_name') !== undefined)
      throw invalid('ordering by the metrics of one dataset is not supported yet');
    const [first = '', ...rest] = term.required('field_name').split('.');
    const scope = rest.length === 0 ? 'attribute' : scopeOf(first, ['attribute', 'metric']);
    const key = rest.length === 0 ? first : rest.join('.');
    if (scope === 'attribute') attributeOf(key, searchableLoggedModels.order);
    return { scope, key, descending: term.isSent('ascending') && !term.isTrue('ascending') };
  });
  return wholeOrder(terms, searchableLoggedModels);
}

async function answerModel(stores: Stores, model: LoggedModel): Promise<JsonObject> {
  return { model: (await renderLoggedModels(stores, [model]))[0] ?? {} };
}

export async function findLoggedModel(stores: Stores, id: string): Promise<LoggedModel> {
  const model = await findAnyLoggedModel(stores, id);
  if (model.lifecycle_stage === 'deleted') throw missing(`Logged model with ID '${id}' not found.`);
  return model;
}

async function findAnyLoggedModel(stores: Stores, id: string): Promise<LoggedModel> {
  const model = await stores.loggedModels.findById(id);
  if (model === undefined) throw missing(`Logged model with ID '${id}' not found.`);
  return model;
}
