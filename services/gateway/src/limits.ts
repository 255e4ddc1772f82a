/** Everything that comes from outside has a limit. */
export const limits = {
  headerBytes: 16 * 1024,
  jsonBodyBytes: 10 * 1024 * 1024,
  /** A JSON answer is read whole, so that a cut-off one is an error and not half an answer. */
  jsonAnswerBytes: 64 * 1024 * 1024,
  /** What a refused upload may still send before its connection is closed: enough for the client to read the refusal. */
  drainBytes: 64 * 1024 * 1024,
  /** Upstream pages read to fill one page of a filtered list. */
  pagesPerList: 50,
  targetCharacters: 8 * 1024,
} as const;
