import { ok, type Result, refused } from '@modelward/basics';
import type { BundleFile, BundleFlaw, Entity, EntityRef, PolicyLink } from '@modelward/policy';
import { testFile } from './file-shape.ts';
import { readYaml } from './read-yaml.ts';
import { buildWorld, policyLink, WorldFlaw } from './world.ts';

/** The world that the tests of a bundle share, to look at who may do what in it. */
export type MatrixWorld = {
  readonly nowMs: number;
  readonly entities: readonly Entity[];
  readonly links: readonly PolicyLink[];
  /** Somebody who is in the organization and has no role. */
  readonly make: (type: string, id: string) => Entity;
  /** What it lies in, the nearest first. */
  readonly ancestors: (uid: EntityRef) => readonly EntityRef[];
};

const path = 'tests/world.yaml';

export function readMatrixWorld(files: readonly BundleFile[]): Result<MatrixWorld, readonly BundleFlaw[]> {
  const file = files.find((one) => one.path === path);
  if (file === undefined) return refused([{ file: path, message: 'the bundle has no world to look at; add one' }]);
  const read = readYaml(file, testFile);
  if (!read.ok) return read;
  try {
    const { entities: byName, nowMs, links, make } = buildWorld({}, read.value.value);
    const entities = [...byName.values()];
    const find = (name: string) => {
      const uid = byName.get(name)?.uid;
      if (uid === undefined) throw new WorldFlaw(`there is no entity \`${name}\`; add it to \`entities\``, ['links']);
      return uid;
    };
    const root = entities.find(({ parents }) => parents.length === 0)?.uid;
    return ok({
      nowMs,
      entities,
      links: links.map((link) => policyLink(link, find)),
      make: (type, id) => make(type, id, root === undefined ? [] : [root]),
      ancestors: (uid) => ancestorsOf(uid, byName),
    });
  } catch (fault) {
    if (!(fault instanceof WorldFlaw)) throw fault;
    return refused([{ file: path, ...read.value.placeOf(fault.path), message: fault.message }]);
  }
}

function ancestorsOf(uid: EntityRef, entities: ReadonlyMap<string, Entity>): readonly EntityRef[] {
  const found = new Map<string, EntityRef>();
  const queue = [uid];
  for (const one of queue) {
    for (const parent of entities.get(one.id)?.parents ?? []) {
      if (found.has(parent.id)) continue;
      found.set(parent.id, parent);
      queue.push(parent);
    }
  }
  return [...found.values()];
}
