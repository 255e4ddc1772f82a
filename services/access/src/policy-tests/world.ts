import type { Entity, EntityRef, PolicyContext, PolicyLink, PolicyRecord, PolicyValue } from '@modelward/policy';
import type { PlainValue, TestFile, TestLink } from './file-shape.ts';

type Fields = Readonly<Record<string, PlainValue>>;

/** What a file and the world that it shares with others say together: the file's own word counts. */
export type World = {
  readonly nowMs: number;
  readonly entities: ReadonlyMap<string, Entity>;
  readonly contexts: ReadonlyMap<string, PolicyContext>;
  readonly links: readonly TestLink[];
  /** An entity with what all of its type have. */
  readonly make: (type: string, id: string, parents: readonly EntityRef[]) => Entity;
};

/** The context that holds what every context does, and nothing else. */
export const plainContext = 'plain';

/** Throws a `WorldFlaw` that says what is wrong and where. */
export function buildWorld(shared: TestFile, own: TestFile): World {
  const now = own.now ?? shared.now;
  if (now === undefined) throw new WorldFlaw('say at which moment it happens: `now: 2027-01-15T08:00:00Z`', ['now']);
  const nowMs = Date.parse(now);
  const written = { ...shared.entities, ...own.entities };
  const defaults = { ...shared.defaults, ...own.defaults };
  const uids = new Map(Object.entries(written).map(([name, { type }]) => [name, { type, id: name }]));
  const find = (name: string, path: readonly PropertyKey[]): EntityRef => {
    const uid = uids.get(name);
    if (uid === undefined) throw new WorldFlaw(`there is no entity \`${name}\`; add it to \`entities\``, path);
    return uid;
  };
  const entities = Object.entries(written).map(([name, { type, in: within = [], has = {} }]): [string, Entity] => {
    const path = ['entities', name];
    const read = { nowMs, name, find: (other: string) => find(other, [...path, 'has']) };
    const attributes = recordOf({ ...defaults[type], ...has }, read);
    return [
      name,
      { uid: { type, id: name }, attributes, parents: within.map((other) => find(other, [...path, 'in'])) },
    ];
  });
  const base = merged(shared.context ?? {}, own.context ?? {});
  const contexts = Object.entries({ [plainContext]: {}, ...shared.contexts, ...own.contexts }).map(
    ([name, fields]): [string, PolicyContext] => {
      const read = { nowMs, name, find: (other: string) => find(other, ['contexts', name]) };
      return [name, recordOf(merged(base, fields), read)];
    },
  );
  return {
    nowMs,
    make: (type, id, parents) => {
      const read = { nowMs, name: id, find: (other: string) => find(other, ['defaults', type]) };
      return { uid: { type, id }, attributes: recordOf(defaults[type] ?? {}, read), parents };
    },
    entities: new Map(entities),
    contexts: new Map(contexts),
    links: [...(shared.links ?? []), ...(own.links ?? [])],
  };
}

export class WorldFlaw extends Error {
  readonly path: readonly PropertyKey[];
  constructor(message: string, path: readonly PropertyKey[]) {
    super(message);
    this.path = path;
  }
}

/** Records are merged field by field; everything else is replaced. */
function merged(base: Fields, over: Fields): Fields {
  const both = Object.entries(over).map(([name, value]): [string, PlainValue] => {
    const below = base[name];
    return [name, isFields(below) && isFields(value) ? merged(below, value) : value];
  });
  return { ...base, ...Object.fromEntries(both) };
}

function isFields(value: PlainValue | undefined): value is Fields {
  return typeof value === 'object' && !Array.isArray(value);
}

type Reading = { readonly nowMs: number; readonly name: string; readonly find: (name: string) => EntityRef };

function recordOf(fields: Fields, reading: Reading): PolicyRecord {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, readValue(value, reading)]));
}

/** `$now` is the moment of the test, `$name` what the entity is called; `{ entity: x }`, `{ datetime: x }` and `{ ip: x }` are what they say. */
function readValue(value: PlainValue, reading: Reading): PolicyValue {
  if (value === '$now') return { datetimeMs: reading.nowMs };
  if (value === '$name') return reading.name;
  if (typeof value !== 'object') return value;
  if (!isFields(value)) return value.map((item) => readValue(item, reading));
  const [[kind, given] = ['', ''], ...others] = Object.entries(value);
  if (others.length === 0 && typeof given === 'string') {
    if (kind === 'entity') return reading.find(given);
    if (kind === 'ip') return { ip: given };
    if (kind === 'datetime') return { datetimeMs: Date.parse(given) };
  }
  return { record: recordOf(value, reading) };
}

export function policyLink({ role, principal, scope }: TestLink, find: (name: string) => EntityRef): PolicyLink {
  return { id: `${principal}-on-${scope}`, role, principal: find(principal), scope: find(scope) };
}
