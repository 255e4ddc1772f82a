import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import { type Call, type Stores, visibleTo } from '../call.ts';
import { invalid, missing, taken } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { pageAsked, pageOf } from '../request/page.ts';
import { entries, entry, entryLimits, experimentId, experimentName, oneOf } from '../request/values.ts';
import { readFilter } from '../search/filter.ts';
import { readOrder } from '../search/order.ts';
import { type Experiment, type LifecycleStage, searchableExperiments } from './experiment-store.ts';

export async function createExperiment({ fields, stores, nowMs }: Call): Promise<JsonObject> {
  const name = experimentName(fields.required('name'));
  if (fields.text('artifact_location') !== undefined) {
    throw invalid('`artifact_location` is set by the registry; leave it out');
  }
  const tags = entries(fields, 'tags', entryLimits.experimentTag);
  const id = String(await stores.counters.next('experiment'));
  const experiment = { id, name, lifecycle_stage: 'active', created_at_ms: nowMs, updated_at_ms: nowMs } as const;
  if (!(await stores.experiments.insert(experiment))) throw taken(`Experiment(name=${name}) already exists.`);
  await stores.attributes.set({ type: 'Experiment', key: id }, 'tag', tags);
  return { experiment_id: id };
}

export async function getExperiment({ fields, stores }: Call): Promise<JsonObject> {
  const experiment = await findExperiment(stores, fields.required('experiment_id'));
  return { experiment: (await render(stores, [experiment]))[0] ?? {} };
}

export async function getExperimentByName({ fields, stores }: Call): Promise<JsonObject> {
  return { experiment: (await render(stores, [await findExperimentNamed(stores, fields)]))[0] ?? {} };
}

export async function findExperimentNamed(stores: Stores, fields: Fields): Promise<Experiment> {
  const name = experimentName(fields.required('experiment_name'));
  const experiment = await stores.experiments.findByName(name);
  if (experiment === undefined) throw missing(`Could not find experiment with name '${name}'`);
  return experiment;
}

export async function searchExperiments({ fields, stores, caller }: Call): Promise<JsonObject> {
  const asked = pageAsked(fields, { usual: 1000, most: 50_000 });
  const search = {
    ...asked,
    clauses: readFilter(fields.text('filter'), searchableExperiments),
    order: readOrder(fields.texts('order_by'), searchableExperiments),
  };
  const { rows, ...next } = pageOf(await stores.experiments.search(search, viewedStages(fields, 'view_type')), asked);
  const visible = await visibleTo(caller, rows, ({ id }) => ({
    action: 'experiment.read',
    type: 'Experiment',
    key: id,
  }));
  return present({ experiments: some(await render(stores, visible)), ...next });
}

/** There is nothing to change but the name, and names are what projects are told by. */
export async function updateExperiment({ fields, stores }: Call): Promise<JsonObject> {
  await findExperiment(stores, fields.required('experiment_id'));
  if (fields.text('new_name') !== undefined) throw invalid('renaming experiments is not supported yet; make a new one');
  return {};
}

export async function deleteExperiment(call: Call): Promise<JsonObject> {
  return move(call, { from: 'active', to: 'deleted' });
}

export async function restoreExperiment(call: Call): Promise<JsonObject> {
  return move(call, { from: 'deleted', to: 'active' });
}

/** An experiment takes its runs along. */
async function move({ fields, stores, nowMs }: Call, { from, to }: { from: LifecycleStage; to: LifecycleStage }) {
  const experiment = await findExperiment(stores, fields.required('experiment_id'));
  if (experiment.lifecycle_stage !== from) throw missing(`No Experiment with id=${experiment.id} exists`);
  await stores.experiments.setLifecycle(experiment.id, { stage: to, nowMs });
  await stores.runs.setLifecycleIn(experiment.id, to);
  return {};
}

export async function setExperimentTag({ fields, stores }: Call): Promise<JsonObject> {
  const experiment = await findActiveExperiment(stores, fields.required('experiment_id'));
  const tag = entry(fields, entryLimits.experimentTag);
  await stores.attributes.set({ type: 'Experiment', key: experiment.id }, 'tag', [tag]);
  return {};
}

async function findExperiment(stores: Stores, id: string): Promise<Experiment> {
  const experiment = await stores.experiments.findById(experimentId(id));
  if (experiment === undefined) throw missing(`No Experiment with id=${id} exists`);
  return experiment;
}

export async function findActiveExperiment(stores: Stores, id: string): Promise<Experiment> {
  const experiment = await findExperiment(stores, id);
  if (experiment.lifecycle_stage === 'active') return experiment;
  throw invalid(`The experiment ${id} must be in the 'active' state. Current state is ${experiment.lifecycle_stage}.`);
}

export function viewedStages(fields: Fields, name: string): readonly LifecycleStage[] {
  const view = oneOf(name, fields.text(name) ?? 'ACTIVE_ONLY', ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']);
  if (view === 'ALL') return ['active', 'deleted'];
  return [view === 'ACTIVE_ONLY' ? 'active' : 'deleted'];
}

async function render(stores: Stores, experiments: readonly Experiment[]): Promise<readonly JsonObject[]> {
  const attributesOf = await stores.attributes.of(
    'Experiment',
    experiments.map(({ id }) => id),
  );
  return experiments.map((experiment) =>
    present({
      experiment_id: experiment.id,
      name: experiment.name,
      artifact_location: `mlflow-artifacts:/${experiment.id}`,
      lifecycle_stage: experiment.lifecycle_stage,
      last_update_time: experiment.updated_at_ms,
      creation_time: experiment.created_at_ms,
      tags: some(attributesOf(experiment.id).tag),
      workspace: 'default',
    }),
  );
}
