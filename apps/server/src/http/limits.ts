/** Everything that comes from outside has a limit. */
export const limits = {
  headerBytes: 16 * 1024,
  bodyBytes: 1024 * 1024,
  targetCharacters: 2048,
  /** How long a request may take to arrive whole. */
  requestMs: 30_000,
  keepAliveMs: 10_000,
} as const;
