import type { Caller, OwnReading } from '@modelward/contract';
import type { Database, Kysely, Tables } from '@modelward/storage';
import { createAliasStore } from './aliases/alias-store.ts';
import { createArtifactStore } from './artifacts/artifact-store.ts';
import { createAttributeStore } from './attributes/attribute-store.ts';
import { createCounterStore } from './counter-store.ts';
import { createExperimentStore } from './experiments/experiment-store.ts';
import { createLoggedModelStore } from './logged-models/logged-model-store.ts';
import { createModelStore } from './models/model-store.ts';
import type { Fields } from './request/fields.ts';
import { createMetricStore } from './runs/metric-store.ts';
import { createRunStore } from './runs/run-store.ts';
import { createVersionStore } from './versions/version-store.ts';

export type Stores = ReturnType<typeof storesOn>;

export function storesOn(tables: Kysely<Tables>, kind: Database['kind']) {
  return {
    counters: createCounterStore(tables),
    attributes: createAttributeStore(tables),
    experiments: createExperimentStore(tables, kind),
    runs: createRunStore(tables, kind),
    metrics: createMetricStore(tables),
    loggedModels: createLoggedModelStore(tables, kind),
    models: createModelStore(tables, kind),
    versions: createVersionStore(tables, kind),
    aliases: createAliasStore(tables),
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

/** The rows of a list that the caller may see. Asked outside of any transaction: the decision reads the same database. */
export async function visibleTo<Row>(
  caller: Caller,
  rows: readonly Row[],
  readingOf: (row: Row) => OwnReading,
): Promise<readonly Row[]> {
  const visible: Row[] = [];
  for (const row of rows) if (await caller.maySee(readingOf(row))) visible.push(row);
  return visible;
}
