/** The built-in registry's own tables. */
export type RegistryTables = Record<never, never>;
