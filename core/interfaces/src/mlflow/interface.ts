import type { Interface } from '../adapter.ts';
import { describe, match } from './describe.ts';
import { refuse } from './refuse.ts';
import { createdKey, rowKey } from './rows.ts';

/** MLflow's REST API as a protected interface. */
export const mlflow: Interface = { name: 'mlflow', match, describe, refuse, rowKey, createdKey };
