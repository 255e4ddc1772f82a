import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import { type Call, type Stores, visibleTo } from '../call.ts';
import { findActiveExperiment, viewedStages } from '../experiments/experiments.ts';
import { limits } from '../limits.ts';
import { invalid, missing } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { pageAsked, pageOf } from '../request/page.ts';
import { entries, entryLimits, experimentId, oneOf, runId, within } from '../request/values.ts';
import { readFilter } from '../search/filter.ts';
import { readOrder } from '../search/order.ts';
import { renderRunInfo, renderRuns } from './render-run.ts';
import { type Run, searchableRuns } from './run-store.ts';

/** A run's name is kept twice, as in MLflow: in the run and in this tag. */
export const runName = 'mlflow.runName';

export async function createRun({ fields, stores, caller, nowMs, newHexId }: Call): Promise<JsonObject> {
  const experiment = await findActiveExperiment(stores, fields.required('experiment_id'));
  const tags = entries(fields, 'tags', entryLimits.runTag);
  const id = newHexId();
  const [given, tagged] = [fields.text('run_name'), tags.find(({ key }) => key === runName)?.value];
  if (given !== undefined && tagged !== undefined && given !== tagged) {
    throw invalid(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${given}', mlflow.runName='${tagged}').`,
    );
  }
  const name = within('run_name', given ?? tagged ?? `run-${id.slice(0, 8)}`, limits.keyCharacters);
  const run: Run = {
    id,
    experiment_id: experiment.id,
    name,
    // Who it is was found out by the gateway; what the client calls itself stands in its tags.
    user_id: caller.principalName,
    status: 'RUNNING',
    start_ms: fields.integer('start_time') ?? nowMs,
    end_ms: null,
    lifecycle_stage: 'active',
  };
  await stores.runs.insert(run);
  await stores.attributes.set({ type: 'Run', key: id }, 'tag', [...tags, { key: runName, value: name }]);
  return { run: (await renderRuns(stores, [run], 'new'))[0] ?? {} };
}

export async function getRun({ fields, stores }: Call): Promise<JsonObject> {
  const run = await findRun(stores, runId(fields));
  return { run: (await renderRuns(stores, [run], 'whole'))[0] ?? {} };
}

export async function updateRun({ fields, stores }: Call): Promise<JsonObject> {
  const { id } = await findActiveRun(stores, runId(fields));
  const [status, end, given] = [fields.text('status'), fields.integer('end_time'), fields.text('run_name')];
  const name = given === undefined ? undefined : within('run_name', given, limits.keyCharacters);
  const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
  const change = {
    ...(status === undefined ? {} : { status: oneOf('status', status, statuses) }),
    ...(end === undefined ? {} : { end_ms: end }),
    ...(name === undefined ? {} : { name }),
  };
  if (Object.keys(change).length > 0) await stores.runs.update(id, change);
  if (name !== undefined) await stores.attributes.set({ type: 'Run', key: id }, 'tag', [{ key: runName, value: name }]);
  return { run_info: renderRunInfo(await findRun(stores, id)) };
}

export async function deleteRun({ fields, stores }: Call): Promise<JsonObject> {
  const run = await findRun(stores, runId(fields));
  await stores.runs.update(run.id, { lifecycle_stage: 'deleted' });
  return {};
}

export async function restoreRun({ fields, stores }: Call): Promise<JsonObject> {
  const run = await findRun(stores, runId(fields));
  await stores.runs.update(run.id, { lifecycle_stage: 'active' });
  return {};
}

export async function searchRuns({ fields, stores, caller }: Call): Promise<JsonObject> {
  const experimentIds = searchedExperiments(fields);
  const asked = pageAsked(fields, { usual: 1000, most: 50_000 });
  const search = {
    ...asked,
    clauses: readFilter(fields.text('filter'), searchableRuns),
    order: readOrder(fields.texts('order_by'), searchableRuns),
  };
  const stages = viewedStages(fields, 'run_view_type');
  const { rows, ...next } = pageOf(await stores.runs.search(search, { experimentIds, stages }), asked);
  const visible = await visibleTo(caller, rows, ({ id }) => ({ action: 'run.read', type: 'Run', key: id }));
  return present({ runs: some(await renderRuns(stores, visible, 'listed')), ...next });
}

/** A search always names where it looks. */
export function searchedExperiments(fields: Fields): readonly string[] {
  const ids = [...new Set(fields.texts('experiment_ids').map(experimentId))];
  if (ids.length === 0 || ids.length > limits.experimentsPerSearch) {
    throw invalid(`\`experiment_ids\` must name between 1 and ${limits.experimentsPerSearch} experiments`);
  }
  return ids;
}

export async function findRun(stores: Stores, id: string): Promise<Run> {
  const run = await stores.runs.findById(id);
  if (run === undefined) throw missing(`Run with id=${id} not found`);
  return run;
}

export async function findActiveRun(stores: Stores, id: string): Promise<Run> {
  const run = await findRun(stores, id);
  if (run.lifecycle_stage === 'active') return run;
  throw invalid(`The run ${id} must be in the 'active' state. Current state is ${run.lifecycle_stage}.`);
}
