import type { PolicyEngine, Role } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { createDecide } from './decide/decide.ts';
import { createFactStore } from './facts/fact-store.ts';
import { createFacts } from './facts/facts.ts';
import { createLinks } from './links/links.ts';
import { createProjects } from './projects/projects.ts';
import { createResources } from './resources/resources.ts';

export type AccessDeps = {
  readonly database: Database;
  readonly engine: PolicyEngine;
  readonly nowMs: () => number;
  /** A random id with this prefix: `lnk` gives `lnk_...`. */
  readonly newId: (prefix: string) => string;
};

export type Access = ReturnType<typeof createAccess>;

export function createAccess({ database, engine, nowMs, newId }: AccessDeps) {
  const { tables, changes } = database;
  const facts = createFacts({ store: createFactStore(tables), changes });
  const roles: readonly Role[] = engine.bundle.roles;
  return {
    decide: createDecide({ facts, engine, nowMs }),
    roles,
    projects: createProjects({ tables, nowMs, newId }),
    links: createLinks({ tables, roles, nowMs, newId }),
    resources: createResources({ tables, nowMs, newId }),
  };
}
