/** What one question to the decision point may hold; bytes are limited for every request alike. */
export const limits = {
  evaluations: 1000,
  resultsInAPage: 500,
  resultsUnlessAsked: 50,
  /** Accounts that are looked at for one page: the page is short, and has a next one, when few of them are allowed. */
  accountsLookedAt: 1000,
  /** Projects that are asked about to find out whether somebody may ask about any. */
  projectsTried: 1000,
  pageTokenMs: 60 * 60 * 1000,
  requestIdCharacters: 128,
} as const;
