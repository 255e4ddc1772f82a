/** Everything that comes from outside has a limit. Those on names, values and batches are MLflow's own. */
export const limits = {
  jsonBodyBytes: 10 * 1024 * 1024,
  /** A page never holds more rows, however many are asked for: the rest is behind its token. */
  rowsAtOnce: 1000,
  metricsAtOnce: 25_000,
  filterCharacters: 4096,
  artifactPathBytes: 1024,
  keyCharacters: 250,
  nameCharacters: 256,
  experimentNameCharacters: 500,
  aliasCharacters: 255,
  paramValueCharacters: 6000,
  runTagCharacters: 8000,
  experimentTagCharacters: 20_000,
  modelTagCharacters: 100_000,
  descriptionCharacters: 100_000,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entriesPerList: 1000,
} as const;
