import { type Kysely, type Selectable, sql, type Tables } from '@modelward/storage';
import type { PageAsked } from '../request/page.ts';

type Row = Selectable<Tables['registry_metrics']>;

export type Metric = Pick<Row, 'run_id' | 'key' | 'step' | 'timestamp_ms' | 'dataset_name' | 'dataset_digest'> & {
  readonly value: number;
  /** The logged model it tells about; empty when it tells about its run. */
  readonly model_id: string;
};

/** Rows of one statement: fewer than the variables that a statement may have. */
const rowsAtOnce = 500;

export function createMetricStore(tables: Kysely<Tables>) {
  return {
    add: async (metrics: readonly Metric[]) => {
      for (let at = 0; at < metrics.length; at += rowsAtOnce) {
        await tables
          .insertInto('registry_metrics')
          .values(metrics.slice(at, at + rowsAtOnce).map(rowOf))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
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
    /** The last value of each metric of each run, or of each logged model. */
    latest: async (of: 'run_id' | 'model_id', ids: readonly string[]): Promise<ReadonlyMap<string, Metric[]>> => {
      const rows = ids.length === 0 ? [] : await latestRows(tables, of, ids);
      return Map.groupBy(rows.map(metricOf), (metric) => metric[of]);
    },
  };
}

function latestRows(tables: Kysely<Tables>, of: 'run_id' | 'model_id', ids: readonly string[]): Promise<Row[]> {
  const place = sql<number>`row_number() over (partition by ${sql.ref(of)}, key
    order by step desc, timestamp_ms desc, is_nan, value desc)`;
  return tables
    .selectFrom((from) => {
      const rows = from.selectFrom('registry_metrics').selectAll().select(place.as('place')).where(of, 'in', ids);
      return (of === 'run_id' ? rows.where('model_id', '=', '') : rows).as('ranked');
    })
    .selectAll('ranked')
    .where('place', '=', 1)
    .orderBy('key')
    .execute();
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
