/** What a bundle may be at most. */
export const limits = {
  files: 2000,
  fileCharacters: 1_000_000,
  policies: 5000,
  /** A role that was asked for ends within ten years. */
  roleDurationMs: 3650 * 86_400_000,
  /** Distinct combinations of links that stay parsed; the wasm's own cache never lets go of a name. */
  parsedPolicySets: 128,
  /** What Cedar's own parser and validator are given: about 50 brackets inside each other, or 600 operators in a row. */
  parserDepth: 600,
  /** Levels of nesting in a policy. Chains of `&&` and `||` are one level, however long. */
  expressionDepth: 600,
  /** Levels of nesting in a context or an attribute. */
  valueDepth: 32,
  /** Values in one context, or in the attributes of one entity. */
  valuesRead: 100_000,
  /** Links of one principal that an explanation goes into. */
  explainedLinks: 100,
  /** What one entity may lie in, near and far. */
  ancestors: 1000,
};
