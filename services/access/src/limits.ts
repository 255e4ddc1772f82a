export const limits = {
  /** Things asked about in one question. */
  asked: 256,
  /** Rows in one page of a list, and rows that are looked at for it. */
  rowsInAPage: 1000,
  rowsLookedAt: 5_000,
  /** Times that a refusal is decided again to find what would help; what is not found by then is left to a person. */
  redecisions: 200,
  /** Changes in one set of them: more is not a next step but a project. */
  changesInASet: 3,
  /** Sets that are told, smallest first. */
  sets: 3,
  /** Copies of rows that are kept. */
  accountsKept: 10_000,
  projectsKept: 10_000,
  resourcesKept: 50_000,
  linksKept: 100_000,
  /** A copy is read anew after this, even if no news of a change came. */
  copyMs: 5_000,
  /** Without news for this long nothing is answered from anything: whoever is cut off may have missed a revocation. */
  silenceMs: 5_000,
} as const;
