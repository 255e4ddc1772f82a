import type { Caller } from '@modelward/contract';
import type { Kysely, Tables } from '@modelward/storage';
import { createArtifactStore } from './artifacts/artifact-store.ts';
import { createAttributeStore } from './attributes/attribute-store.ts';
import { createCounterStore } from './counter-store.ts';
import { createExperimentStore } from './experiments/experiment-store.ts';
import { createLoggedModelStore } from './logged-models/logged-model-store.ts';
import { createModelStore } from './models/model-store.ts';
import { createVersionStore } from './models/version-store.ts';
import type { Fields } from './request/fields.ts';
import { createMetricStore } from './runs/metric-store.ts';
import { createRunStore } from './runs/run-store.ts';

export type Stores = ReturnType<typeof storesOn>;

export function storesOn(tables: Kysely<Tables>) {
  return {
    counters: createCounterStore(tables),
    attributes: createAttributeStore(tables),
    experiments: createExperimentStore(tables),
    runs: createRunStore(tables),
    metrics: createMetricStore(tables),
    loggedModels: createLoggedModelStore(tables),
    models: createModelStore(tables),
    versions: createVersionStore(tables),
    artifacts: createArtifactStore(tables),
  };
}

/** One operation under way: what was sent, by whom, and what it may use. */
export type Call = {
  readonly fields: Fields;
  readonly caller: Caller;
  readonly stores: Stores;
  readonly nowMs: number;
  /** 32 hexadecimal digits, as MLflow's ids are. */
  readonly newHexId: () => string;
};
