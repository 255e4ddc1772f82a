/** The built-in registry's own tables: what an MLflow server keeps. Who may touch any of it is in the access tables. */
export type RegistryTables = {
  registry_experiments: {
    /** Clients see it as a decimal string. Never used again, so that an old path cannot come to mean another experiment. */
    id: number;
    name: string;
    lifecycle_stage: LifecycleStage;
    created_at_ms: number;
    updated_at_ms: number;
  };
  registry_runs: {
    /** 32 hex digits. */
    id: string;
    experiment_id: number;
    name: string;
    /** Who the client says it is; no decision reads it. */
    user_id: string;
    status: string;
    started_at_ms: number;
    ended_at_ms: number | null;
    lifecycle_stage: LifecycleStage;
  };
  registry_logged_models: {
    /** `m-` and 32 hex digits. */
    id: string;
    experiment_id: number;
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
    description: string;
    created_at_ms: number;
    updated_at_ms: number;
  };
  registry_versions: {
    name: string;
    /** 1, 2, 3, ...; the row of a deleted version stays, so that its number is not given twice. */
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
  registry_tags: {
    owner_kind: 'experiment' | 'run' | 'logged-model' | 'model' | 'version';
    /** An id, a name, or `name/version`. */
    owner_id: string;
    key: string;
    value: string;
  };
  registry_params: { owner_kind: 'run' | 'logged-model'; owner_id: string; key: string; value: string };
  /** Every value that was ever logged. */
  registry_metrics: {
    run_id: string;
    /** Empty for the run's own history; a value that is about a logged model is here a second time, with the model's id. */
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
  /** The data and models that a run used, and the models that it made. */
  registry_run_links: {
    run_id: string;
    kind: 'dataset' | 'model-input' | 'model-output';
    key: string;
    /** JSON, as MLflow answers it. */
    content: string;
  };
  registry_artifacts: {
    /** `<experiment>/<run>/artifacts` or `<experiment>/models/<logged model>/artifacts`. */
    root: string;
    path: string;
    /** SHA-256 in hex; the name of the file that holds the bytes. */
    digest: string;
    size_bytes: number;
    created_at_ms: number;
  };
};

type LifecycleStage = 'active' | 'deleted';
