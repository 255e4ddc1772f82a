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

// INVARIANT: how often the store is read follows from the subject alone, never from what it finds.
export async function resolveSubject(subject: Subject, deps: GatewayDeps): Promise<ResourceRef | undefined> {
  switch (subject.type) {
    case 'NewIn':
      return resolvePlace(subject, deps);
    case 'NamedExperiment':
      return deps.resources.findExperimentNamed(subject.name);
    default:
      return subject.within === undefined
        ? deps.resources.find(subject.type, subject.key)
        : resolveWithin({ ...subject, within: subject.within }, deps);
  }
}

type Keyed = Extract<Subject, { key: string }>;

/** An artifact path names the experiment as well; one that names another than the run's own is nobody's path. */
async function resolveWithin(
  { type, key, within }: Keyed & { readonly within: string },
  { resources }: GatewayDeps,
): Promise<ResourceRef | undefined> {
  const [found, experiment] = await Promise.all([resources.find(type, key), resources.find('Experiment', within)]);
  return experiment !== undefined && found?.parentId === experiment.id ? found : undefined;
}

/** The project that a new name belongs to. A name that is already taken is decided where it lives. */
async function resolvePlace(
  { of, name }: Extract<Subject, { type: 'NewIn' }>,
  { resources, projectForName }: GatewayDeps,
): Promise<ResourceRef | undefined> {
  const [taken, project] = await Promise.all([
    of === 'Model' ? resources.find('Model', name) : resources.findExperimentNamed(name),
    projectForName(name),
  ]);
  const id = taken?.projectId ?? project?.id;
  return id === undefined ? undefined : { type: 'Project', id };
}
