import type { AccessTables } from './tables/access.ts';
import type { PrincipalTables } from './tables/principals.ts';
import type { RegistryTables } from './tables/registry.ts';

export type Tables = PrincipalTables & AccessTables & RegistryTables;

/** Every table, those that others refer to first. */
export const tablesInOrder: readonly (keyof Tables)[] = [
  'accounts',
  'groups',
  'group_members',
  'enrolments',
  'sessions',
  'tokens',
  'projects',
  'role_links',
  'resources',
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
