import type { AccessTables } from './tables/access.ts';
import type { PrincipalTables } from './tables/principals.ts';
import type { RegistryTables } from './tables/registry.ts';

export type Tables = PrincipalTables & AccessTables & RegistryTables;
