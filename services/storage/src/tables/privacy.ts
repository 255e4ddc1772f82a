/** What makes sealed values readable, and what keeps them so. */
export type PrivacyTables = {
  /** The key of each person's sealed values, wrapped by a master key that is not in the database. Without the row they are gone. */
  subject_keys: { subject_id: string; master_id: string; wrapped: string };
  /** While a row is here, the person is not erased. */
  legal_holds: { subject_id: string; since_ms: number; reason: string };
};
