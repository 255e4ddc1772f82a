import type { Entity, EntityRef } from '@modelward/policy';
import { organizationId } from '../organization.ts';
import type { Sensitivity } from '../resources/resource-store.ts';
import type { AccountFacts, PlacedResource, ProjectFacts } from './fact-store.ts';

/*
 * Facts as Cedar entities, in the shape that `policies/schema.cedarschema` declares. The engine checks every one against it.
 */

export const entityTypeOfKind = { person: 'User', service: 'Service', group: 'Group' } as const;

const organization: EntityRef = { type: 'Organization', id: organizationId };

/** The entities of a thing: itself first, then all that it lies in. */
export type Placed = { readonly uid: EntityRef; readonly entities: readonly Entity[] };

export function organizationEntities(): Placed {
  return { uid: organization, entities: [{ uid: organization, attributes: {}, parents: [] }] };
}

export function accountEntities({ id, kind, groupIds }: AccountFacts): Placed {
  const uid = { type: entityTypeOfKind[kind], id };
  const groups = groupIds.map((groupId) => ({ type: entityTypeOfKind.group, id: groupId }));
  return {
    uid,
    entities: [
      { uid, attributes: { accountId: id }, parents: [organization, ...groups] },
      ...groups.map((group) => ({ uid: group, attributes: {}, parents: [organization] })),
    ],
  };
}

export function projectEntities({ id, listed }: ProjectFacts): Placed {
  const uid = { type: 'Project', id };
  return { uid, entities: [{ uid, attributes: { listed }, parents: [organization] }] };
}

/** Logged models are decided as runs: both are what came out of an experiment. */
export const entityTypeOf = {
  Experiment: 'Experiment',
  Run: 'Run',
  LoggedModel: 'Run',
  Model: 'Model',
  ModelVersion: 'ModelVersion',
} as const;

export function resourceEntities({ row, parent }: PlacedResource, project: ProjectFacts): Placed {
  const inProject = projectEntities(project);
  const container = parent === undefined ? inProject : resourceEntities({ row: parent, parent: undefined }, project);
  const type = entityTypeOf[row.type];
  const uid = { type, id: row.id };
  const entity = {
    uid,
    attributes: {
      project: inProject.uid,
      ownerId: row.owner_id,
      producerId: row.producer_id,
      sensitivity: stricter(row.sensitivity, parent?.sensitivity),
      ...((type === 'Model' || type === 'ModelVersion') && { stage: row.stage }),
      ...(type === 'ModelVersion' && { model: container.uid }),
    },
    parents: [container.uid],
  };
  return { uid, entities: [entity, ...container.entities] };
}

const sensitivities: readonly Sensitivity[] = ['public', 'internal', 'restricted'];

/** What is restricted stays so in everything that lies in it. */
function stricter(own: Sensitivity, container: Sensitivity = 'public'): Sensitivity {
  return sensitivities.indexOf(own) > sensitivities.indexOf(container) ? own : container;
}
