/** Everything that comes from outside has a limit. */
export const limits = {
  headerBytes: 16 * 1024,
  targetCharacters: 8 * 1024,
  jsonBodyBytes: 10 * 1024 * 1024,
  /** JSON bodies of all requests together that are held at one time. */
  heldBytes: 256 * 1024 * 1024,
  requestsAtOnce: 1024,
  /** Of these, for one person or service: nobody takes all. */
  requestsPerPrincipal: 256,
  /** A JSON answer is read whole, so that a cut-off one is an error and not half an answer. */
  jsonAnswerBytes: 64 * 1024 * 1024,
  /** What a refused upload may still send before its connection is closed: enough for the client to read the refusal. */
  drainBytes: 64 * 1024 * 1024,
  /** And for how long: anybody may begin an upload, and a byte now and then would hold a connection for days. */
  drainMs: 30_000,
  /** Upstream pages read to fill one page of a filtered list, and rows that one page holds at most. */
  pagesPerList: 50,
  rowsPerPage: 1000,
  /** How often a request target is decoded in search of a secret in it. */
  decodings: 3,
} as const;
