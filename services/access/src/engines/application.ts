import type { Entity, EntityRef, PolicyAnswer, PolicyEngine, PolicyRecord, PolicyValue } from '@modelward/policy';

/** One question about an application's own things. Properties are there only when whoever asks is believed. */
export type ApplicationQuestion = {
  readonly subject: ApplicationEntity;
  readonly action: string;
  readonly resource: ApplicationEntity;
  readonly context: Readonly<Record<string, unknown>>;
};

type ApplicationEntity = EntityRef & { readonly properties?: Readonly<Record<string, unknown>> | undefined };

export type Application = {
  readonly bundle: PolicyEngine['bundle'];
  readonly decide: (question: ApplicationQuestion) => PolicyAnswer;
  /** Of this type, in the order of their ids. */
  readonly list: (type: string) => readonly EntityRef[];
  readonly actionsFor: (subjectType: string, resourceType: string) => readonly string[];
};

type Deps = {
  readonly engine: PolicyEngine;
  /** All that is known of the application's people and things. */
  readonly entities: readonly Entity[];
};

/**
 * The policies of another application, asked over AuthZEN: a bundle of its own over entities of its own. Nothing of
 * Modelward's accounts or resources is in it, and nothing that it allows is allowed here.
 */
export function createApplication({ engine, entities }: Deps): Application {
  const byKey = new Map(entities.map((entity) => [keyOf(entity.uid), entity]));
  const { entityTypes, actions } = engine.bundle.types;

  const withAncestors = (start: Entity): readonly Entity[] => {
    const found = new Map([[keyOf(start.uid), start]]);
    for (const entity of found.values()) {
      for (const parent of entity.parents) found.set(keyOf(parent), found.get(keyOf(parent)) ?? knownAs(parent));
    }
    return [...found.values()];
  };
  const knownAs = (uid: EntityRef): Entity => byKey.get(keyOf(uid)) ?? { uid, attributes: {}, parents: [] };
  const asTold = ({ type, id, properties = {} }: ApplicationEntity): Entity => {
    const known = knownAs({ type, id });
    const declared = entityTypes.get(type)?.shape.members;
    return { ...known, attributes: { ...known.attributes, ...declaredOf(properties, declared) } };
  };

  const decide = ({ subject, action, resource, context }: ApplicationQuestion): PolicyAnswer => {
    const declared = [...actions.values()].find(({ node }) => node.id === action);
    if (!declared?.principals.has(subject.type) || !declared.resources.has(resource.type))
      return { allowed: false, reasons: ['not-declared'], errors: [] };
    const slice = [...withAncestors(asTold(subject)), ...withAncestors(asTold(resource))];
    return engine.decide({
      principal: { type: subject.type, id: subject.id },
      action,
      resource: { type: resource.type, id: resource.id },
      context: declaredOf(context, declared.context.members),
      entities: [...new Map(slice.map((entity) => [keyOf(entity.uid), entity])).values()],
      links: [],
    });
  };

  return {
    bundle: engine.bundle,
    decide,
    list: (type) =>
      entities
        .map(({ uid }) => uid)
        .filter((uid) => uid.type === type)
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    actionsFor: (subjectType, resourceType) =>
      [...actions.values()]
        .filter(({ principals, resources }) => principals.has(subjectType) && resources.has(resourceType))
        .map(({ node }) => node.id),
  };
}

/** What the schema does not declare is ignored, as AuthZEN wants it; what it does is checked by the engine. */
function declaredOf(
  values: Readonly<Record<string, unknown>>,
  declared: ReadonlyMap<string, unknown> | undefined,
): PolicyRecord {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const read = declared?.has(name) ? asPolicyValue(value) : undefined;
      return read === undefined ? [] : [[name, read]];
    }),
  );
}

function asPolicyValue(value: unknown): PolicyValue | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (Array.isArray(value)) return value.flatMap((one) => asPolicyValue(one) ?? []);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = Object.entries(value).flatMap(([name, one]) => {
    const read = asPolicyValue(one);
    return read === undefined ? [] : [[name, read] as const];
  });
  return { record: Object.fromEntries(fields) };
}

function keyOf({ type, id }: EntityRef): string {
  return `${type}::${id}`;
}
