import type { PolicyLink } from '@modelward/policy';
import { entityTypeOfKind } from './entities.ts';
import type { AccountFacts, FactStore, LinkFacts, PlacedResource, ProjectFacts } from './fact-store.ts';
import type { AccessQuestion, ResourceRef } from './question.ts';

/** Everything that one decision reads, as it was at one moment. */
export type Facts = {
  readonly nowMs: number;
  readonly accounts: ReadonlyMap<string, AccountFacts>;
  readonly links: readonly PolicyLink[];
  readonly resources: ReadonlyMap<string, PlacedResource>;
  readonly projects: ReadonlyMap<string, ProjectFacts>;
};

export async function loadFacts(question: AccessQuestion, store: FactStore, nowMs: number): Promise<Facts> {
  const refs = question.asked.map(({ resource }) => resource);
  const [accounts, links, resources] = await Promise.all([
    store.accounts([...new Set([question.principal.id, ...idsOf(refs, (type) => type === 'Account')])]),
    store.links({ accountId: question.principal.id, nowMs }),
    store.resources(idsOf(refs, isStored)),
  ]);
  const projects = await store.projects([
    ...new Set([
      ...idsOf(refs, (type) => type === 'Project'),
      ...[...resources.values()].map(({ row }) => row.project_id),
    ]),
  ]);
  return { nowMs, accounts, links: links.map(policyLink), resources, projects };
}

function isStored(type: ResourceRef['type']): boolean {
  return type !== 'Organization' && type !== 'Project' && type !== 'Account';
}

function idsOf(refs: readonly ResourceRef[], wanted: (type: ResourceRef['type']) => boolean): readonly string[] {
  return [...new Set(refs.flatMap((ref) => (wanted(ref.type) && 'id' in ref ? [ref.id] : [])))];
}

function policyLink(link: LinkFacts): PolicyLink {
  return {
    id: link.id,
    role: link.role,
    principal: { type: entityTypeOfKind[link.principal_kind], id: link.principal_id },
    scope: { type: link.scope_type, id: link.scope_id },
  };
}
