import type { Action } from '@modelward/contract';
import type { PolicyEngine } from '@modelward/policy';
import { createJudge, findSubject, type Judge } from '../decide/judge.ts';
import { principalFlaw } from '../decide/principal-flaw.ts';
import type { AccessQuestion, ResourceRef } from '../decide/question.ts';
import { entityTypeOf } from '../facts/entities.ts';
import type { FactStore, LinkFacts } from '../facts/fact-store.ts';
import { type FactSource, linksAt } from '../facts/facts.ts';
import { limits } from '../limits.ts';
import { organizationId } from '../organization.ts';
import type { createResourceStore, ResourceFacts } from '../resources/resource-store.ts';
import type { CandidatesAsked, createCandidateStore, ListedType } from './candidate-store.ts';
import { grantingOf } from './granting.ts';

export type ListQuestion = Omit<AccessQuestion, 'asked'> & {
  readonly action: Action;
  readonly type: ListedType;
  readonly within?: { readonly projectId?: string; readonly parentId?: string };
  /** The `next` of the page before. */
  readonly after?: string;
  readonly limit: number;
};

export type ListPage = {
  readonly resources: readonly ResourceFacts[];
  /**
   * Where to go on; undefined at the end. It may name what is hidden from whoever asks: it leaves the house sealed. A page can be
   * short and have a next all the same, when much was looked at that is not allowed.
   */
  readonly next?: string;
};

type Deps = {
  readonly facts: FactSource;
  readonly factStore: Pick<FactStore, 'rolesHeld'>;
  readonly candidates: ReturnType<typeof createCandidateStore>;
  readonly findAll: ReturnType<typeof createResourceStore>['findAll'];
  readonly engine: PolicyEngine;
  readonly nowMs: () => number;
};

export type List = (question: ListQuestion) => Promise<ListPage>;

const nothing: ListPage = { resources: [] };

/**
 * What somebody may do something to, in the order of the keys: candidates from the links, each verified by a decision of its
 * own. INVARIANT: no row is listed that the decision point would not allow.
 */
export function createList(deps: Deps): List {
  const judge = createJudge(deps.engine);
  return async (question) => {
    const nowMs = deps.nowMs();
    if (deps.facts.isCutOff(nowMs)) return nothing;
    const entityType = entityTypeOf[question.type];
    const granting = grantingOf(deps.engine.bundle, question.action, entityType);
    const held = await deps.factStore.rolesHeld({
      accountId: question.principal.id,
      roles: [...granting.roles],
      nowMs,
    });
    const reach = reachOf(held, { principalId: question.principal.id, everywhere: granting.everywhere });
    return fillPage({ question, reach: { ...reach, roles: [...granting.roles], nowMs }, judge }, deps);
  };
}

type Held = Pick<LinkFacts, 'principal_id' | 'scope_type' | 'scope_id'>;
type Reach = Pick<CandidatesAsked, 'everywhere' | 'projectIds' | 'principalIds' | 'roles' | 'nowMs'>;

function reachOf(
  held: { readonly groupIds: readonly string[]; readonly links: readonly Held[] },
  asked: { principalId: string; everywhere: boolean },
) {
  const onAll = held.links.some(
    ({ scope_type, scope_id }) => scope_type === 'Organization' && scope_id === organizationId,
  );
  const projects = held.links.filter(({ scope_type }) => scope_type === 'Project').map(({ scope_id }) => scope_id);
  return {
    everywhere: asked.everywhere || onAll,
    projectIds: [...new Set(projects)],
    principalIds: [asked.principalId, ...held.groupIds],
  };
}

type Filling = { readonly question: ListQuestion; readonly reach: Reach; readonly judge: Judge };

async function fillPage({ question, reach, judge }: Filling, deps: Deps): Promise<ListPage> {
  const { type, within = {} } = question;
  const limit = Math.max(1, Math.min(question.limit, limits.rowsInAPage));
  const allowed: string[] = [];
  let after = question.after ?? '';
  // As many as the page takes, and one to see whether there is more; many at once where most are refused.
  let batch = Math.min(limit + 1, limits.asked);
  for (let looked = 0; looked < limits.rowsLookedAt; batch = Math.min(2 * batch, limits.asked)) {
    const rows = await deps.candidates({ ...reach, type, within, after, limit: batch });
    const verified = await verify(
      rows.map(({ id }) => id),
      { question, judge },
      deps,
    );
    for (const { id, key } of rows) {
      if (allowed.length === limit) return { resources: await deps.findAll(allowed), next: after };
      after = key;
      if (verified.has(id)) allowed.push(id);
    }
    if (rows.length < batch) return { resources: await deps.findAll(allowed) };
    looked += rows.length;
  }
  return { resources: await deps.findAll(allowed), next: after };
}

/** One reading of the facts for all of them, and one decision for each. */
async function verify(
  ids: readonly string[],
  { question, judge }: Omit<Filling, 'reach'>,
  { facts: source, nowMs }: Deps,
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const refs = ids.map((id): ResourceRef => ({ ...blank, type: question.type, id }));
  const asked = refs.map((resource) => ({ action: question.action, resource }));
  const facts = await source.read({ principal: question.principal, asked }, nowMs());
  if (principalFlaw(question, facts) !== undefined) return new Set();
  const links = Map.groupBy(linksAt(facts, facts.nowMs), ({ scope }) => scope.id);
  return new Set(
    refs.flatMap((ref) => {
      const subject = findSubject(ref, facts);
      if (subject === undefined || !('id' in ref)) return [];
      const near = [organizationId, ...subject.entities.map(({ uid }) => uid.id)].flatMap((id) => links.get(id) ?? []);
      return judge({ question, facts, links: near }, question.action, subject).allowed ? [ref.id] : [];
    }),
  );
}

/** Only type and id are read of what is asked about. */
const blank = {
  key: '',
  name: null,
  projectId: '',
  parentId: null,
  ownerId: '',
  producerId: '',
  stage: '',
  state: 'live',
} as const;
