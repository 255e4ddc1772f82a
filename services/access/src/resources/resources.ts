import { ok, type Result, refused } from '@modelward/basics';
import type { Kysely, Tables } from '@modelward/storage';
import { createLifecycleStore } from './lifecycle-store.ts';
import { createResourceStore, type ResourceFacts } from './resource-store.ts';
import { canonicalStage } from './stage.ts';

export type NewResource = {
  readonly type: ResourceFacts['type'];
  readonly key: string;
  readonly name?: string;
  readonly projectId: string;
  readonly parentId?: string;
  readonly ownerId: string;
  readonly producerId: string;
};

/** `fresh` is false for a reservation that an earlier request left behind. */
export type Reservation = { readonly resource: ResourceFacts; readonly fresh: boolean };

type Deps = {
  readonly tables: Kysely<Tables>;
  readonly nowMs: () => number;
  readonly newId: (prefix: string) => string;
};

/**
 * Facts about what exists behind the protected interfaces. A name is reserved before the upstream is asked to make it, and
 * confirmed once it has; a name that is ended and made again is a new resource, and nothing that was given on the old one
 * reaches it.
 */
export function createResources({ tables, nowMs, newId }: Deps) {
  const store = createResourceStore(tables);
  const lifecycle = createLifecycleStore(tables);

  const reserve = async (wanted: NewResource): Promise<Result<Reservation, 'exists'>> => {
    const resource = reservationOf(wanted, newId('res'));
    if (await store.insert({ resource, nowMs: nowMs() })) return ok({ resource, fresh: true });
    const holder = await store.find(wanted.type, wanted.key);
    // What held the name ended between the two statements: it is free now, or somebody quicker has it.
    if (holder === undefined) return reserve(wanted);
    const left = holder.state === 'reserved' && holder.projectId === wanted.projectId;
    return left ? ok({ resource: holder, fresh: false }) : refused('exists');
  };

  return {
    find: store.find,
    findById: store.findById,
    findExperimentNamed: (name: string) => store.findNamed('Experiment', name),
    reserve,
    /** Whether it was a reservation and is live now; false as well when another living resource has the key. */
    confirm: (id: string, as: { readonly key?: string; readonly ownerId?: string } = {}) =>
      store.confirm({ id, ...as }),
    /** Takes back a reservation that came to nothing; leaves alone what has been confirmed meanwhile. */
    release: (id: string) => store.release({ id, nowMs: nowMs() }),
    setStage: ({ id, stage, archiveOthers }: { id: string; stage: string; archiveOthers?: boolean }) =>
      lifecycle.setStage({ id, stage: canonicalStage(stage), archiveOthers: archiveOthers ?? false }),
    /** Whether there was one. What lies in it is at least as sensitive. */
    classify: store.classify,
    end: (id: string) => lifecycle.end({ id, nowMs: nowMs() }),
  };
}

function reservationOf({ name, parentId, ...wanted }: NewResource, id: string): ResourceFacts {
  return { ...wanted, id, name: name ?? null, parentId: parentId ?? null, stage: 'None', state: 'reserved' };
}
