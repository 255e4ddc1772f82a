import type { PolicyEngine, Role } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { createAllows } from './decide/allows.ts';
import { createDecide } from './decide/decide.ts';
import { createFactStore } from './facts/fact-store.ts';
import { createFacts } from './facts/facts.ts';
import { createLinks } from './links/links.ts';
import { createCandidateStore } from './lists/candidate-store.ts';
import { createList } from './lists/list.ts';
import { createProjects } from './projects/projects.ts';
import { createResourceStore } from './resources/resource-store.ts';
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
  const factStore = createFactStore(tables);
  const facts = createFacts({ store: factStore, changes });
  const candidates = createCandidateStore(tables);
  const { findAll } = createResourceStore(tables);
  const roles: readonly Role[] = engine.bundle.roles;
  return {
    decide: createDecide({ facts, engine, nowMs }),
    allows: createAllows({ facts, engine, nowMs }),
    list: createList({ facts, factStore, candidates, findAll, engine, nowMs }),
    roles,
    projects: createProjects({ tables, nowMs, newId }),
    links: createLinks({ tables, roles, nowMs, newId }),
    resources: createResources({ tables, nowMs, newId }),
  };
}
