import type { SchemaJson } from '@cedar-policy/cedar-wasm/nodejs';
import { constructors, type ExtensionType } from '../extensions/functions.ts';
import type { RecordType, SchemaType } from './policy-schema.ts';

/** The JSON form of a type: a kind with what belongs to it, or the name of a type that is declared elsewhere. */
type TypeJson = {
  readonly type: string;
  readonly element?: TypeJson;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, TypeJson & { readonly required?: boolean }>>;
  readonly additionalAttributes?: boolean;
};

export const noMembers: RecordType = { kind: 'record', members: new Map() };

const anything: SchemaType = { kind: 'boolean' };

const primitives: ReadonlyMap<string, SchemaType> = new Map<string, SchemaType>([
  ['Bool', { kind: 'boolean' }],
  ['Boolean', { kind: 'boolean' }],
  ['Long', { kind: 'long' }],
  ['String', { kind: 'string' }],
  ...Object.keys(constructors).map((name): [string, SchemaType] => [name, extension(name)]),
]);

function extension(name: string): SchemaType {
  return { kind: 'extension', name: name as ExtensionType };
}

export type TypeReader = ReturnType<typeof createTypeReader>;

/** Reads types and writes out what they name. Cedar has refused circles among them. */
export function createTypeReader(schema: SchemaJson<string>) {
  const flaws: string[] = [];
  const common = new Map<string, TypeJson>();
  const parents = new Map<string, readonly string[]>();
  const enumerated = new Map<string, ReadonlySet<string>>();
  for (const [space, { commonTypes = {}, entityTypes }] of Object.entries(schema)) {
    const qualified = (name: string) => (space === '' ? name : `${space}::${name}`);
    for (const [name, json] of Object.entries(commonTypes)) common.set(qualified(name), json as TypeJson);
    for (const [name, json] of Object.entries(entityTypes)) {
      parents.set(qualified(name), 'memberOfTypes' in json ? (json.memberOfTypes ?? []) : []);
      if ('enum' in json) enumerated.set(qualified(name), new Set(json.enum));
    }
  }

  const unknown = <Instead>(instead: Instead, what: string): Instead => {
    flaws.push(`this version of the engine does not know ${what} in a schema`);
    return instead;
  };

  const readJson = (json: TypeJson): SchemaType => {
    if (json.type === 'Set')
      return { kind: 'set', of: json.element ? readJson(json.element) : unknown(anything, 'a set') };
    if (json.type === 'Record') return readMembers(json);
    if (json.type === 'Entity' && json.name !== undefined) {
      const ids = enumerated.get(json.name);
      return { kind: 'entity', type: json.name, ...(ids && { ids }) };
    }
    if (json.type === 'Extension' && json.name !== undefined) return named(json.name);
    return named(json.type);
  };

  const named = (name: string): SchemaType => {
    const declared = common.get(name);
    if (declared !== undefined) return readJson(declared);
    return primitives.get(name.replace(/^__cedar::/, '')) ?? unknown(anything, `the type \`${name}\``);
  };

  const readMembers = (json: TypeJson): RecordType => {
    if (json.additionalAttributes === true) return unknown(noMembers, 'a record that may hold more than it says');
    const members = Object.entries(json.attributes ?? {}).map(
      ([name, member]) => [name, { type: readJson(member), required: member.required !== false }] as const,
    );
    return { kind: 'record', members: new Map(members) };
  };

  return {
    flaws: flaws as readonly string[],
    read: (json: unknown): SchemaType => readJson(json as TypeJson),
    readRecord: (json: unknown): RecordType => {
      const type = readJson(json as TypeJson);
      return type.kind === 'record' ? type : unknown(noMembers, 'a shape that is no record');
    },
    /** All types that one of this type may lie in. */
    containers: (type: string): ReadonlySet<string> => {
      const seen = new Set(parents.get(type));
      for (const above of seen) for (const next of parents.get(above) ?? []) seen.add(next);
      return seen;
    },
  };
}
