import type { JsonObject } from '@modelward/basics';
import { present } from '../answer.ts';
import { limits } from '../limits.ts';
import { invalid } from '../refusal.ts';
import type { Fields } from '../request/fields.ts';
import { entryKey, loggedModelId, within } from '../request/values.ts';
import type { Metric } from './metric-store.ts';

/** One measurement as it was sent: of the run, and again of the logged model that it names. */
export function readMetric(fields: Fields, runId: string): readonly Metric[] {
  const timestamp = fields.integer('timestamp');
  if (timestamp === undefined || timestamp < 0) {
    throw invalid(
      `Invalid value for parameter 'timestamp' supplied: Timestamp must be a nonnegative long (64-bit integer)`,
    );
  }
  const metric = {
    run_id: runId,
    key: entryKey(fields.required('key'), 'name'),
    step: fields.integer('step') ?? 0,
    timestamp_ms: timestamp,
    value: fields.requiredDouble('value'),
    dataset_name: text(fields, 'dataset_name') ?? null,
    dataset_digest: text(fields, 'dataset_digest') ?? null,
    model_id: '',
  };
  const modelId = fields.text('model_id');
  return modelId === undefined ? [metric] : [metric, { ...metric, model_id: loggedModelId(modelId) }];
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields.text(name);
  return value === undefined ? undefined : within(name, value, limits.experimentNameCharacters);
}

export function renderMetric(metric: Metric): JsonObject {
  return {
    key: metric.key,
    value: Number.isNaN(metric.value) ? 'NaN' : metric.value,
    timestamp: metric.timestamp_ms,
    step: metric.step,
  };
}

export function renderModelMetric(metric: Metric): JsonObject {
  return present({
    ...renderMetric(metric),
    dataset_name: metric.dataset_name ?? undefined,
    dataset_digest: metric.dataset_digest ?? undefined,
    model_id: metric.model_id,
    run_id: metric.run_id,
  });
}
