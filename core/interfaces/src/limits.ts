/** Everything that comes from outside has a limit. */
export const limits = {
  /** Each is looked up, decided and recorded, and all of them are one entry of the record (65,535 bytes). */
  resourcesPerRequest: 100,
  /** Upstreams decode a path up to ten times (MLflow's own check does); one that is still encoded then is nobody's. */
  decodings: 10,
  artifactPathCharacters: 1024,
} as const;
