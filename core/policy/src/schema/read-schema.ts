import { type SchemaJson, schemaToJsonWithResolvedTypes } from '@cedar-policy/cedar-wasm/nodejs';
import { ok, type Result, refused } from '@modelward/basics';
import { EntityNode, entityKey } from '../values/value.ts';
import type { ActionType, EntityType, PolicySchema } from './policy-schema.ts';
import { createTypeReader, noMembers, type TypeReader } from './read-type.ts';

type Namespace = SchemaJson<string>[string];
type ActionJson = Namespace['actions'][string];

/** A schema that Cedar has parsed, with every name written out, or the first thing in it that this engine does not know. */
export function readSchema(text: string): Result<PolicySchema, string> {
  const answer = schemaToJsonWithResolvedTypes(text);
  if (answer.type === 'failure') return refused(answer.errors[0]?.message ?? 'the schema does not parse');
  const types = createTypeReader(answer.json);
  const spaces = Object.entries(answer.json);
  const schema: PolicySchema = {
    entityTypes: new Map(spaces.flatMap(([space, { entityTypes }]) => readEntityTypes(space, entityTypes, types))),
    actions: readActions(spaces, types),
  };
  return types.flaws[0] === undefined ? ok(schema) : refused(types.flaws[0]);
}

function readEntityTypes(
  space: string,
  given: Namespace['entityTypes'],
  types: TypeReader,
): readonly [string, EntityType][] {
  return Object.entries(given).map(([name, json]): [string, EntityType] => {
    const type = qualified(space, name);
    if ('enum' in json)
      return [type, { within: new Set(), shape: noMembers, tags: undefined, ids: new Set(json.enum) }];
    const { shape, tags } = json;
    return [
      type,
      {
        within: types.containers(type),
        shape: shape === undefined ? noMembers : types.readRecord(shape),
        tags: tags === undefined ? undefined : types.read(tags),
        ids: undefined,
      },
    ];
  });
}

function readActions(spaces: readonly [string, Namespace][], types: TypeReader): ReadonlyMap<string, ActionType> {
  const all = spaces.flatMap(([space, { actions }]) =>
    Object.entries(actions).map(([id, json]) => ({
      space,
      json,
      node: new EntityNode(qualified(space, 'Action'), id, true),
    })),
  );
  const groups = new Map(all.map(({ space, json, node }) => [node.key, groupKeys(space, json)]));
  return new Map(
    all.map(({ json, node }) => {
      node.attributes = new Map();
      node.ancestors = closure(groups.get(node.key) ?? [], groups);
      const { principalTypes = [], resourceTypes = [], context } = json.appliesTo ?? {};
      const action = {
        node,
        principals: new Set(principalTypes),
        resources: new Set(resourceTypes),
        context: context === undefined ? noMembers : types.readRecord(context),
      };
      return [node.key, action];
    }),
  );
}

function groupKeys(space: string, { memberOf = [] }: ActionJson): readonly string[] {
  return memberOf.map(({ id, type }) => entityKey(type ?? qualified(space, 'Action'), id));
}

function closure(start: readonly string[], above: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set(start);
  for (const key of seen) for (const next of above.get(key) ?? []) seen.add(next);
  return seen;
}

function qualified(space: string, name: string): string {
  return space === '' ? name : `${space}::${name}`;
}
