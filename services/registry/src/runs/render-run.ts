import type { JsonObject, JsonValue } from '@modelward/basics';
import { present, some } from '../answer.ts';
import type { Attributes } from '../attributes/attribute-store.ts';
import type { Stores } from '../call.ts';
import { renderMetric } from './metric.ts';
import type { Run } from './run-store.ts';

export function runArtifactUri({ id, experiment_id }: Pick<Run, 'id' | 'experiment_id'>): string {
  return `mlflow-artifacts:/${experiment_id}/${id}/artifacts`;
}

/** MLflow tells less of a run in a list, and less still of a new one. */
export type Detail = 'whole' | 'listed' | 'new';

export async function renderRuns(stores: Stores, runs: readonly Run[], detail: Detail): Promise<readonly JsonObject[]> {
  const ids = runs.map(({ id }) => id);
  const attributesOf = await stores.attributes.of('Run', ids);
  const metrics = await stores.metrics.latest(ids);
  return runs.map((run) => {
    const attributes = attributesOf(run.id);
    return {
      info: renderRunInfo(run),
      data: present({
        metrics: some((metrics.get(run.id) ?? []).map(renderMetric)),
        params: some(attributes.param),
        tags: some(attributes.tag),
      }),
      inputs: present({
        dataset_inputs: some(attributes.dataset.map(({ value }) => JSON.parse(value) as JsonValue)),
        model_inputs:
          detail === 'whole' ? some(attributes['model-input'].map(({ key }) => ({ model_id: key }))) : undefined,
      }),
      ...(detail === 'new' ? {} : { outputs: renderOutputs(attributes) }),
    };
  });
}

function renderOutputs(attributes: Attributes): JsonObject {
  return present({
    model_outputs: some(attributes['model-output'].map(({ key, value }) => ({ model_id: key, step: Number(value) }))),
  });
}

export function renderRunInfo(run: Run): JsonObject {
  return present({
    run_uuid: run.id,
    experiment_id: run.experiment_id,
    run_name: run.name,
    user_id: run.user_id,
    status: run.status,
    start_time: run.start_ms,
    end_time: run.end_ms ?? undefined,
    artifact_uri: runArtifactUri(run),
    lifecycle_stage: run.lifecycle_stage,
    run_id: run.id,
  });
}
