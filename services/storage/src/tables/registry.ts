/** The built-in registry's own tables: what an MLflow server keeps. Who may touch any of it is in the access tables. */
export type RegistryTables = {
  /** Numbers that are given out once. */
  registry_counters: { name: string; value: number };
  registry_experiments: {
    /** A decimal number as text, as clients see it. Never used again, so that an old path cannot come to mean another experiment. */
    id: string;
    name: string;
    lifecycle_stage: LifecycleStage;
    created_at_ms: number;
    updated_at_ms: number;
  };
  registry_runs: {
    /** 32 hex digits. */
    id: string;
    experiment_id: string;
    name: string;
    /** The name of the account that made it, as of then; no decision reads it. */
    user_id: string;
    status: string;
    /** Start and end are what the client says. */
    start_ms: number;
    end_ms: number | null;
    lifecycle_stage: LifecycleStage;
  };
  /** Every value that was ever logged. */
  registry_metrics: {
    run_id: string;
    /** Empty for the run's own history; a value that tells about a logged model is here a second time, with the model's id. */
    model_id: string;
    key: string;
    timestamp_ms: number;
    step: number;
    /** 0 when `is_nan` is 1: not every database keeps a NaN. */
    value: number;
    is_nan: number;
    dataset_name: string | null;
    dataset_digest: string | null;
  };
  /** Of each run's metrics the last value by step, time and value, so that reading a run does not read its history. */
  registry_latest_metrics: {
    run_id: string;
    key: string;
    timestamp_ms: number;
    step: number;
    value: number;
    is_nan: number;
  };
  registry_logged_models: {
    /** `m-` and 32 hex digits. */
    id: string;
    experiment_id: string;
    name: string;
    model_type: string;
    /** Empty when no run made it. */
    source_run_id: string;
    status: string;
    lifecycle_stage: LifecycleStage;
    created_at_ms: number;
    updated_at_ms: number;
  };
  registry_models: {
    name: string;
    description: string | null;
    /** The highest version number that was given out; deleting a version does not give its number back. */
    last_version: number;
    created_at_ms: number;
    updated_at_ms: number;
  };
  registry_versions: {
    name: string;
    version: number;
    stage: string;
    description: string | null;
    source: string;
    /** Where its artifacts are: the source, followed to the end. */
    storage_location: string;
    run_id: string;
    run_link: string;
    created_at_ms: number;
    updated_at_ms: number;
  };
  registry_aliases: { name: string; alias: string; version: number };
  /** Tags, parameters, inputs and outputs of everything in the registry. */
  registry_attributes: {
    owner_type: 'Experiment' | 'Run' | 'LoggedModel' | 'Model' | 'ModelVersion';
    /** An id, a name, or `name/version`. */
    owner_key: string;
    kind: 'tag' | 'param' | 'dataset' | 'model-input' | 'model-output';
    key: string;
    value: string;
  };
  registry_artifacts: {
    /** `<experiment>/<run>/artifacts` or `<experiment>/models/<logged model>/artifacts`. */
    root: string;
    /** Below the root. */
    path: string;
    /** The folder that it lies in, below the root; empty for the root itself. */
    parent: string;
    /** SHA-256 in hex, the name of the file that holds the bytes; null for a folder. */
    digest: string | null;
    size_bytes: number;
    created_at_ms: number;
  };
};

type LifecycleStage = 'active' | 'deleted';
