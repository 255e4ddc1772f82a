import type { ResourceFacts, Resources } from '../exchange.ts';

export const openRun = 'a'.repeat(32);
export const hiddenRun = 'b'.repeat(32);
export const missingRun = 'c'.repeat(32);

/** Facts about resources in memory: each kind of resource once in an open, a shown and a hidden project. */
export function createFacts() {
  const counts = createCounts();
  const facts: ResourceFacts[] = [...inProject('open', '1'), ...inProject('shown', '2'), ...inProject('hidden', '3')];
  let ids = 0;
  const put = (id: string, change: Partial<ResourceFacts>) => {
    const at = facts.findIndex((one) => one.id === id);
    const found = facts[at];
    if (found !== undefined) facts[at] = { ...found, ...change };
  };
  const drop = (id: string) => {
    const at = facts.findIndex((one) => one.id === id);
    if (at >= 0) facts.splice(at, 1);
  };
  const resources: Resources = {
    find: async (type, key) =>
      counts.add(
        'read',
        facts.find((one) => one.type === type && one.key === key),
      ),
    findExperimentNamed: async (name) =>
      counts.add(
        'read',
        facts.find((one) => one.type === 'Experiment' && one.name === name),
      ),
    findById: async (id) =>
      counts.add(
        'read',
        facts.find((one) => one.id === id),
      ),
    async reserve({ name, parentId, ...wanted }) {
      const holder = facts.find((one) => one.type === wanted.type && one.key === wanted.key);
      if (holder?.state === 'reserved') return { ok: true, value: { resource: holder, fresh: false } };
      if (holder !== undefined) return { ok: false, reason: 'exists' };
      ids += 1;
      const own = { id: `res_new${ids}`, name: name ?? null, parentId: parentId ?? null, stage: 'None' };
      const resource: ResourceFacts = { ...wanted, ...own, state: 'reserved' };
      facts.push(resource);
      return { ok: true, value: { resource, fresh: true } };
    },
    async confirm(id, as) {
      if (facts.find((one) => one.id === id)?.state !== 'reserved') return false;
      put(id, { ...as, state: 'live' });
      return true;
    },
    async release(id) {
      if (facts.find((one) => one.id === id)?.state === 'reserved') drop(id);
    },
    setStage: async ({ id, stage }) => put(id, { stage }),
    end: async (id) => drop(id),
  };
  const projectForName = async (name: string) => {
    const key = /^(open|shown|hidden)-/.exec(name)?.[1];
    return counts.add('read', key === undefined ? undefined : { id: `prj_${key}` });
  };
  return { facts, resources, projectForName, counts };
}

const letter = { open: 'a', hidden: 'b', shown: 'd' } as const;

function inProject(project: keyof typeof letter, experimentId: string): readonly ResourceFacts[] {
  const common = {
    name: null,
    projectId: `prj_${project}`,
    parentId: null,
    ownerId: 'acc_bob',
    producerId: 'acc_bob',
    stage: 'None',
    state: 'live',
  } as const;
  const id = (kind: string) => `res_${project}_${kind}`;
  const inExperiment = { ...common, parentId: id('experiment') };
  const model = `${project}-model`;
  return [
    { ...common, type: 'Experiment', id: id('experiment'), key: experimentId, name: `${project}-experiment` },
    { ...inExperiment, type: 'Run', id: id('run'), key: letter[project].repeat(32) },
    { ...inExperiment, type: 'LoggedModel', id: id('logged'), key: `m-${letter[project].repeat(32)}` },
    { ...common, type: 'Model', id: id('model'), key: model, name: model },
    { ...common, type: 'ModelVersion', id: id('version'), key: `${model}/1`, parentId: id('model') },
  ];
}

/** How often each kind of thing was done since it was last looked at. */
function createCounts() {
  let counts: Record<string, number> = {};
  return {
    add<Value>(kind: string, value: Value): Value {
      counts[kind] = (counts[kind] ?? 0) + 1;
      return value;
    },
    take(): Record<string, number> {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
}
