import type { AccessTables } from './tables/access.ts';
import type { FactorTables } from './tables/factors.ts';
import type { PrincipalTables } from './tables/principals.ts';
import type { PrivacyTables } from './tables/privacy.ts';
import type { RecordIndexTables } from './tables/record-index.ts';
import type { RegistryTables } from './tables/registry.ts';

export type Tables = PrincipalTables & FactorTables & AccessTables & RegistryTables & PrivacyTables & RecordIndexTables;

/** Every table, those that others refer to first. */
export const tablesInOrder: readonly (keyof Tables)[] = [
  'accounts',
  'groups',
  'group_members',
  'enrolments',
  'sessions',
  'tokens',
  'passkeys',
  'totp_secrets',
  'recovery_codes',
  'used_challenges',
  'step_up_links',
  'notices',
  'projects',
  'role_links',
  'resources',
  'subject_keys',
  'legal_holds',
  'registry_counters',
  'registry_experiments',
  'registry_runs',
  'registry_metrics',
  'registry_latest_metrics',
  'registry_logged_models',
  'registry_models',
  'registry_versions',
  'registry_aliases',
  'registry_attributes',
  'registry_artifacts',
];

/** Tables that are derived from the record. A snapshot leaves them out: they are built again where it is loaded. */
export const derivedTables: readonly (keyof Tables)[] = [
  'record_index_state',
  'record_terms',
  'record_mentions',
  'record_times',
];
