/** Audit: the append-only record, durable before anybody is answered. Decides nothing and knows no names; the caller has. */
export { copyRecord } from './copy-record.ts';
export { loadSecretKey, sha256, verifyEd25519 } from './crypto.ts';
export { type ExportFormat, exportFormats, exportRow } from './export/rows.ts';
export { createPseudonyms, type Pseudonyms } from './pseudonyms.ts';
export { readPublishedFile } from './published-files.ts';
export { createRecordIndex, type RecordIndex, type RecordQuery } from './query/record-index.ts';
export type { IndexedEntry } from './reading.ts';
export { type AuditRecord, openRecord, type PreviousLog } from './record.ts';
export { createRefusalLog, type RefusalLog } from './refusal-log.ts';
export { RecordUnavailable } from './unavailable.ts';
export { readVerifierKey } from './verifier-key.ts';
export type { WitnessLink } from './witness/ask-witness.ts';
export { openWitness, readWitnessKey, type Witness } from './witness/witness.ts';
export { builtInName, linkBuiltIn, linkRemote } from './witness/witness-links.ts';
export { createWitnessServer } from './witness/witness-server.ts';
