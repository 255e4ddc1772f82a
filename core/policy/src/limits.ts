/** What a bundle may be at most. */
export const limits = {
  files: 2000,
  fileCharacters: 1_000_000,
  policies: 5000,
  /** Distinct combinations of links that stay parsed; the wasm's own cache never lets go of a name. */
  parsedPolicySets: 128,
};
