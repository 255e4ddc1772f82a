/** The index of the record: derived from its entries, never in a backup, thrown away and built again at will. */
export type RecordIndexTables = {
  /** How far the index of a log has come: it covers the entries below `size`. */
  record_index_state: { origin: string; size: number };
  /** What entries are looked up by, such as `actor:acc_...`, and how many mention it. */
  record_terms: { id: number; term: string; mentions: number };
  record_mentions: { term_id: number; entry_index: number };
  /** When the first entry of each bundle was written: entries are in the order of time. */
  record_times: { entry_index: number; time_ms: number };
};
