import type { PolicyLink } from '@modelward/policy';
import type { Changes, Written } from '@modelward/storage';
import type { AccessQuestion, ResourceRef } from '../decide/question.ts';
import { limits } from '../limits.ts';
import { organizationId } from '../organization.ts';
import { createCopies } from './copies.ts';
import { entityTypeOfKind } from './entities.ts';
import type { AccountFacts, FactStore, LinkFacts, PlacedResource, ProjectFacts } from './fact-store.ts';

type TimedLink = PolicyLink & { readonly fromMs: number; readonly untilMs: number };

/** Everything that one decision reads, as it was at one moment. */
export type Facts = {
  readonly nowMs: number;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  /** The links of whoever asks and of its groups, on what is asked about and all that it lies in; some begin later. */
  readonly links: readonly TimedLink[];
  readonly resources: ReadonlyMap<string, PlacedResource>;
  readonly projects: ReadonlyMap<string, ProjectFacts>;
};

type Question = Pick<AccessQuestion, 'principal' | 'asked'>;
type Deps = { readonly store: FactStore; readonly changes: Changes };

export type FactSource = ReturnType<typeof createFacts>;

/** The facts of one decision as a slice: from copies when all of it is there, or from the store. */
export function createFacts({ store, changes }: Deps) {
  const copies = createAllCopies();
  changes.subscribe((written) => copies.forget(written));

  return {
    /** Whether news of changes is so old that a revocation may have been missed. */
    isCutOff: (nowMs: number): boolean => nowMs - changes.toldUpToMs(nowMs) > limits.silenceMs,

    /** Undefined unless all of it is remembered: what is not there never is. */
    remember: (question: Question, nowMs: number): Facts | undefined => {
      const asked = idsAsked(question);
      const accounts = allOf(asked.accounts, (id) => copies.accounts.get(id, nowMs));
      const resources = allOf(asked.resources, (id) => copies.resources.get(id, nowMs));
      if (accounts === undefined || resources === undefined) return undefined;
      const projects = allOf(projectsOf(asked, resources), (id) => copies.projects.get(id, nowMs));
      const { id } = question.principal;
      const scopes = scopesOf(question, resources);
      const links = allOf(scopes, (scope) => copies.links.get(linksKey(id, scope), nowMs));
      if (projects === undefined || links === undefined) return undefined;
      return { nowMs, accounts, resources, projects, links: [...links.values()].flat() };
    },

    /** From the store, always with the same four queries in the same order, and remembered for the next. */
    read: async (question: Question, nowMs: number): Promise<Facts> => {
      const keep = copies.startReading(nowMs);
      const asked = idsAsked(question);
      const [accounts, resources] = await Promise.all([
        store.accounts(asked.accounts),
        store.resources(asked.resources),
      ]);
      const { id } = question.principal;
      const scopeIds = scopesOf(question, resources);
      const principalIds = [id, ...(accounts.get(id)?.groupIds ?? [])];
      const [projects, links] = await Promise.all([
        store.projects(projectsOf(asked, resources)),
        store.links({ principalIds, scopeIds, nowMs }),
      ]);
      for (const one of accounts.values()) keep.account(one.id, one);
      for (const one of resources.values()) keep.resource(one.row.id, one);
      for (const one of projects.values()) keep.project(one.id, one);
      const timed = links.map(timedLink);
      const byScope = Map.groupBy(timed, ({ scope }) => scope.id);
      for (const scope of accounts.has(id) ? scopeIds : []) keep.links(linksKey(id, scope), byScope.get(scope) ?? []);
      return { nowMs, accounts, resources, projects, links: timed };
    },
  };
}

function createAllCopies() {
  const maxAgeMs = limits.copyMs;
  const accounts = createCopies<AccountFacts>({ limit: limits.accountsKept, maxAgeMs });
  const resources = createCopies<PlacedResource>({ limit: limits.resourcesKept, maxAgeMs });
  const projects = createCopies<ProjectFacts>({ limit: limits.projectsKept, maxAgeMs });
  const links = createCopies<readonly TimedLink[]>({ limit: limits.linksKept, maxAgeMs });
  const comesFrom = [
    { copies: accounts, tables: ['accounts', 'group_members'] },
    { copies: resources, tables: ['resources'] },
    { copies: projects, tables: ['projects'] },
    // A membership decides whose links count.
    { copies: links, tables: ['role_links', 'group_members'] },
  ];
  return {
    accounts,
    resources,
    projects,
    links,
    startReading: (nowMs: number) => ({
      account: accounts.startReading(nowMs),
      resource: resources.startReading(nowMs),
      project: projects.startReading(nowMs),
      links: links.startReading(nowMs),
    }),
    forget: (written: Written): void => {
      for (const { copies, tables } of comesFrom) {
        if (written === 'all' || tables.some((table) => written.has(table))) copies.forget();
      }
    },
  };
}

type Asked = {
  readonly accounts: readonly string[];
  readonly resources: readonly string[];
  readonly projects: readonly string[];
};

function idsAsked({ principal, asked }: Question): Asked {
  const refs = asked.flatMap(({ resource }) => resource ?? []);
  const idsOf = (wanted: (type: ResourceRef['type']) => boolean) =>
    refs.flatMap((ref) => (wanted(ref.type) && 'id' in ref ? [ref.id] : []));
  return {
    accounts: unique([principal.id, ...idsOf((type) => type === 'Account')]),
    resources: unique(idsOf((type) => type !== 'Organization' && type !== 'Project' && type !== 'Account')),
    projects: unique(idsOf((type) => type === 'Project')),
  };
}

type Placed = ReadonlyMap<string, PlacedResource>;

function projectsOf(asked: Asked, resources: Placed): readonly string[] {
  return unique([...asked.projects, ...asked.resources.flatMap((id) => resources.get(id)?.row.project_id ?? [])]);
}

/** Everything that a link on it would reach what is asked about. */
function scopesOf({ asked }: Question, resources: Placed): readonly string[] {
  const scopes = asked.flatMap(({ resource }) => {
    if (resource === undefined || resource.type === 'Organization') return [];
    if (resource.type === 'Project' || resource.type === 'Account') return [resource.id];
    const row = resources.get(resource.id)?.row;
    return row === undefined ? [] : [row.id, row.project_id, ...(row.parent_id === null ? [] : [row.parent_id])];
  });
  return unique([organizationId, ...scopes]);
}

function linksKey(principalId: string, scopeId: string): string {
  return `${principalId} ${scopeId}`;
}

/** The first millisecond of a link counts, its end no more. */
export function linksAt({ links }: Pick<Facts, 'links'>, nowMs: number): readonly PolicyLink[] {
  return links.filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
}

function timedLink(link: LinkFacts): TimedLink {
  return {
    id: link.id,
    role: link.role,
    principal: { type: entityTypeOfKind[link.principal_kind], id: link.principal_id },
    scope: { type: link.scope_type, id: link.scope_id },
    fromMs: link.from_ms,
    untilMs: link.until_ms ?? Number.POSITIVE_INFINITY,
  };
}

function allOf<Value>(
  ids: readonly string[],
  get: (id: string) => Value | undefined,
): ReadonlyMap<string, Value> | undefined {
  const found = new Map<string, Value>();
  for (const id of ids) {
    const value = get(id);
    if (value === undefined) return undefined;
    found.set(id, value);
  }
  return found;
}

function unique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
