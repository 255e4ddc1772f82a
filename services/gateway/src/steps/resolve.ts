import type { Refusal, Subject } from '@modelward/interfaces';
import { type Exchange, type GatewayDeps, need, type ResourceRef } from '../exchange.ts';

/**
 * What the request names, as Modelward's own resources. Only facts that its own decisions wrote are asked, never the
 * upstream: what is hidden and what is missing then cost the same reads and the same calls.
 */
export async function resolve(exchange: Exchange, deps: GatewayDeps): Promise<Refusal | undefined> {
  const { needs } = need(exchange.description, 'description');
  exchange.resolved = await Promise.all(
    needs.map(async (one) => ({ need: one, resource: await resolveSubject(one.on, deps) })),
  );
  return undefined;
}

export async function resolveSubject(subject: Subject, deps: GatewayDeps): Promise<ResourceRef | undefined> {
  switch (subject.type) {
    case 'NewIn':
      return resolvePlace(subject, deps);
    case 'NamedExperiment':
      return deps.resources.findExperimentNamed(subject.name);
    default: {
      const found = await deps.resources.find(subject.type, subject.key);
      return found !== undefined && (await liesWithin(found.parentId, subject.within, deps)) ? found : undefined;
    }
  }
}

/** An artifact path names the experiment as well; one that names another than the run's own is nobody's path. */
async function liesWithin(
  parentId: string | null,
  experiment: string | undefined,
  deps: GatewayDeps,
): Promise<boolean> {
  if (experiment === undefined) return true;
  const parent = parentId === null ? undefined : await deps.resources.findById(parentId);
  return parent?.key === experiment;
}

/** The project that a new name belongs to. A name that is already taken is decided where it lives. */
async function resolvePlace(
  { of, name }: Extract<Subject, { type: 'NewIn' }>,
  deps: GatewayDeps,
): Promise<ResourceRef | undefined> {
  const taken =
    of === 'Model' ? await deps.resources.find('Model', name) : await deps.resources.findExperimentNamed(name);
  if (taken !== undefined) return { type: 'Project', id: taken.projectId };
  const project = await deps.projectForName(name);
  return project && { type: 'Project', id: project.id };
}
