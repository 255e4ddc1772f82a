import type { PolicyEngine, Role } from '@modelward/policy';
import type { Database } from '@modelward/storage';
import { createAllows } from './decide/allows.ts';
import { createDecide } from './decide/decide.ts';
import type { AccessQuestion } from './decide/question.ts';
import { createRemoteDecide, type RemoteEngine } from './engines/remote.ts';
import { createFactStore } from './facts/fact-store.ts';
import { createFacts } from './facts/facts.ts';
import { createLinks } from './links/links.ts';
import { createCandidateStore } from './lists/candidate-store.ts';
import { createList, type List } from './lists/list.ts';
import { createProjects } from './projects/projects.ts';
import { createResourceStore } from './resources/resource-store.ts';
import { createResources } from './resources/resources.ts';

export type AccessDeps = {
  readonly database: Database;
  readonly engine: PolicyEngine;
  /** Another decision point, that decides in place of the engine; the engine's guardrails still forbid. */
  readonly remote?: RemoteEngine | undefined;
  readonly nowMs: () => number;
  /** A random id with this prefix: `lnk` gives `lnk_...`. */
  readonly newId: (prefix: string) => string;
};

export type Access = ReturnType<typeof createAccess>;

export function createAccess({ database, engine, remote, nowMs, newId }: AccessDeps) {
  const { tables, changes } = database;
  const factStore = createFactStore(tables);
  const facts = createFacts({ store: factStore, changes });
  const candidates = createCandidateStore(tables);
  const { findAll } = createResourceStore(tables);
  const roles: readonly Role[] = engine.bundle.roles;
  const links = createLinks({ tables, roles, nowMs, newId });
  const risky = new Set(roles.filter(({ risk }) => risk === 'high').map(({ name }) => name));
  const deciding = remote === undefined ? undefined : createRemoteDecide({ facts, engine, remote, nowMs });
  return {
    /** Whether an account holds, itself or through a group, a role that its bundle calls a high risk. */
    isPrivileged: async (accountId: string): Promise<boolean> =>
      (await links.heldBy(accountId)).some((role) => risky.has(role)),
    decide: deciding ?? createDecide({ facts, engine, nowMs }),
    allows: deciding === undefined ? createAllows({ facts, engine, nowMs }) : allowedBy(deciding),
    // Candidates come from the links that our own policies read: of another decision point nothing can be listed.
    list: deciding === undefined ? createList({ facts, factStore, candidates, findAll, engine, nowMs }) : listNothing,
    roles,
    projects: createProjects({ tables, nowMs, newId }),
    links,
    resources: createResources({ tables, nowMs, newId }),
  };
}

type Decide = ReturnType<typeof createDecide>;

function allowedBy(decide: Decide) {
  return async (question: AccessQuestion): Promise<boolean> => (await decide(question)).allowed;
}

const listNothing: List = async () => ({ resources: [] });
