import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import { type Call, type Stores, visibleTo } from '../call.ts';
import { limits } from '../limits.ts';
import { missing, taken } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { pageAsked, pageOf } from '../request/page.ts';
import { entries, entry, entryKey, entryLimits, modelName, within } from '../request/values.ts';
import { readFilter, splitPrompts } from '../search/filter.ts';
import { readOrder } from '../search/order.ts';
import { type Model, searchableModels } from './model-store.ts';
import { renderModels } from './render-model.ts';

export async function createModel({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const name = modelName(fields.required('name'));
  const tags = entries(fields, 'tags', entryLimits.modelTag);
  const times = { created_at_ms: nowMs, updated_at_ms: nowMs };
  const model: Model = { name, description: describedAs(fields), last_version: 0, ...times };
  if (!(await stores.models.insert(model))) throw taken(`Registered Model (name=${name}) already exists.`);
  await stores.attributes.set({ type: 'Model', key: name }, 'tag', tags);
  return answerModel(stores, name);
}

export async function getModel({ fields, stores }: Call): Promise<JsonObject> {
  return answerModel(stores, modelName(fields.required('name')));
}

export async function updateModel({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const { name } = await holdModel(stores, modelName(fields.required('name')));
  await stores.models.update(name, { description: describedAs(fields), updated_at_ms: nowMs });
  return answerModel(stores, name);
}

/** What is sent empty is kept empty, and what is not sent is nothing at all. */
export function describedAs(fields: Fields): string | null {
  if (!fields.isSent('description')) return null;
  return within('description', fields.text('description') ?? '', limits.descriptionCharacters);
}

export async function deleteModel({ fields, stores }: Call): Promise<JsonObject> {
  const { name } = await holdModel(stores, modelName(fields.required('name')));
  await stores.aliases.removeAll(name);
  await stores.attributes.removeVersionsOf(name);
  await stores.attributes.removeAll('Model', name);
  await stores.versions.removeAll(name);
  await stores.models.remove(name);
  return {};
}

export async function setModelTag({ fields, stores }: Call): Promise<JsonObject> {
  const { name } = await holdModel(stores, modelName(fields.required('name')));
  await stores.attributes.set({ type: 'Model', key: name }, 'tag', [entry(fields, entryLimits.modelTag)]);
  return {};
}

export async function deleteModelTag({ fields, stores }: Call): Promise<JsonObject> {
  const { name } = await holdModel(stores, modelName(fields.required('name')));
  await stores.attributes.remove({ type: 'Model', key: name }, 'tag', entryKey(fields.required('key')));
  return {};
}

export async function searchModels({ fields, stores, caller }: Call): Promise<JsonObject> {
  const asked = pageAsked(fields, { usual: 100, most: 1000 });
  const { clauses, prompts } = splitPrompts(readFilter(fields.text('filter'), searchableModels));
  const search = { ...asked, clauses, order: readOrder(fields.texts('order_by'), searchableModels) };
  const { rows, ...next } = pageOf(await stores.models.search(search, prompts), asked);
  const visible = await visibleTo(caller, rows, ({ name }) => ({ action: 'model.read', type: 'Model', key: name }));
  return present({ registered_models: some(await renderModels(stores, visible)), ...next });
}

async function answerModel(stores: Stores, name: string): Promise<JsonObject> {
  return { registered_model: (await renderModels(stores, [await findModel(stores, name)]))[0] ?? {} };
}

export async function findModel(stores: Stores, name: string): Promise<Model> {
  return (await stores.models.find(name)) ?? notFound(name);
}

/** For a change: nobody else changes this model until the transaction ends. */
export async function holdModel(stores: Stores, name: string): Promise<Model> {
  return (await stores.models.hold(name)) ?? notFound(name);
}

function notFound(name: string): never {
  throw missing(`Registered Model with name=${name} not found`);
}
