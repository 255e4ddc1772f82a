import type { JsonObject } from '@modelward/basics';
import { present, some } from '../answer.ts';
import type { Stores } from '../call.ts';
import { renderModelMetric } from '../runs/metric.ts';
import type { LoggedModel } from './logged-model-store.ts';

export function modelArtifactUri({ id, experiment_id }: Pick<LoggedModel, 'id' | 'experiment_id'>): string {
  return `mlflow-artifacts:/${experiment_id}/models/${id}/artifacts`;
}

export async function renderLoggedModels(
  stores: Stores,
  models: readonly LoggedModel[],
): Promise<readonly JsonObject[]> {
  const ids = models.map(({ id }) => id);
  const attributesOf = await stores.attributes.of('LoggedModel', ids);
  const metrics = await stores.metrics.ofModels(ids);
  return models.map((model) => {
    const attributes = attributesOf(model.id);
    return {
      info: present({
        model_id: model.id,
        experiment_id: model.experiment_id,
        name: model.name,
        creation_timestamp_ms: model.created_at_ms,
        last_updated_timestamp_ms: model.updated_at_ms,
        artifact_uri: modelArtifactUri(model),
        status: model.status,
        model_type: model.model_type,
        source_run_id: model.source_run_id,
        tags: some(attributes.tag),
      }),
      data: present({
        params: some(attributes.param),
        metrics: some((metrics.get(model.id) ?? []).map(renderModelMetric)),
      }),
    };
  });
}
