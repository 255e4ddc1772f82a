import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import { limits } from '../limits.ts';
import type { PageAsked } from '../request/page.ts';

type Row = Selectable<Tables['registry_metrics']>;
type LatestRow = Selectable<Tables['registry_latest_metrics']>;

export type Metric = Omit<Row, 'is_nan'>;

/** Rows of one statement: fewer than the variables that a statement may have. */
const rowsAtOnce = 500;

export function createMetricStore(tables: Kysely<Tables>) {
  return {
    add: async (metrics: readonly Metric[]) => {
      for (let at = 0; at < metrics.length; at += rowsAtOnce) {
        const rows = metrics
          .slice(at, at + rowsAtOnce)
          .map(rowOf)
          .sort(byIdentity);
        await tables
          .insertInto('registry_metrics')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        await raiseLatest(tables, rows);
      }
    },
    history: async (runId: string, key: string, { offset, limit }: PageAsked): Promise<Metric[]> => {
      const rows = await tables
        .selectFrom('registry_metrics')
        .selectAll()
        .where('run_id', '=', runId)
        .where('model_id', '=', '')
        .where('key', '=', key)
        .orderBy('timestamp_ms')
        .orderBy('step')
        .orderBy('value')
        .orderBy('is_nan')
        .offset(offset)
        .limit(limit + 1)
        .execute();
      return rows.map(metricOf);
    },
    /** The last value of each metric of each run. */
    latest: async (runIds: readonly string[]): Promise<ReadonlyMap<string, Metric[]>> => {
      const rows =
        runIds.length === 0
          ? []
          : await tables
              .selectFrom('registry_latest_metrics')
              .selectAll()
              .where('run_id', 'in', runIds)
              .orderBy('key')
              .execute();
      return Map.groupBy(rows.map(latestOf), (metric) => metric.run_id);
    },
    /** What was logged about each of these logged models, the newest first when there is more than an answer should hold. */
    ofModels: async (modelIds: readonly string[]): Promise<ReadonlyMap<string, Metric[]>> => {
      const rows =
        modelIds.length === 0
          ? []
          : await tables
              .selectFrom('registry_metrics')
              .selectAll()
              .where('model_id', 'in', modelIds)
              .where(sql<boolean>`model_id != ''`)
              .orderBy('timestamp_ms', 'desc')
              .orderBy('step', 'desc')
              .limit(limits.metricsPerModel)
              .execute();
      return Map.groupBy(rows.map(metricOf), (metric) => metric.model_id);
    },
  };
}

/** INVARIANT: the last value of a run's metric is the greatest by step, then time, then value, in whatever order they arrive. */
async function raiseLatest(tables: Kysely<Tables>, rows: readonly Row[]): Promise<void> {
  const best = new Map<string, LatestRow>();
  for (const { run_id, model_id, key, step, timestamp_ms, value, is_nan } of rows) {
    const before = best.get(key);
    const row = { run_id, key, step, timestamp_ms, value, is_nan };
    if (model_id === '' && (before === undefined || isLater(row, before))) best.set(key, row);
  }
  if (best.size === 0) return;
  await tables
    .insertInto('registry_latest_metrics')
    .values([...best.values()])
    .onConflict((conflict) =>
      conflict
        .columns(['run_id', 'key'])
        .doUpdateSet((row) => ({
          step: row.ref('excluded.step'),
          timestamp_ms: row.ref('excluded.timestamp_ms'),
          value: row.ref('excluded.value'),
          is_nan: row.ref('excluded.is_nan'),
        }))
        .where(
          sql<boolean>`(excluded.step, excluded.timestamp_ms, excluded.value) > (registry_latest_metrics.step,
            registry_latest_metrics.timestamp_ms, registry_latest_metrics.value)`,
        ),
    )
    .execute();
}

/** In one order for everybody, so that two batches that name the same rows never wait for each other. */
function byIdentity(a: Row, b: Row): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.step - b.step || a.timestamp_ms - b.timestamp_ms || a.value - b.value;
}

function isLater(a: LatestRow, b: LatestRow): boolean {
  if (a.step !== b.step) return a.step > b.step;
  return a.timestamp_ms === b.timestamp_ms ? a.value > b.value : a.timestamp_ms > b.timestamp_ms;
}

function rowOf({ value, ...metric }: Metric): Row {
  const isNan = Number.isNaN(value);
  // Infinity becomes the largest double, as in MLflow.
  const finite = Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
  return { ...metric, value: isNan ? 0 : finite, is_nan: isNan ? 1 : 0 };
}

function metricOf({ is_nan, ...row }: Row): Metric {
  return { ...row, value: is_nan === 1 ? Number.NaN : row.value };
}

function latestOf(row: LatestRow): Metric {
  return metricOf({ ...row, model_id: '', dataset_name: null, dataset_digest: null });
}
