import { ok, type Result, refused } from '@modelward/basics';
import type { BundleFile, BundleFlaw, EntityRef, PolicyBundle } from '@modelward/policy';
import { type TestFile, type TestLink, testFile, type WrittenTest } from './file-shape.ts';
import { type ReadYaml, readYaml } from './read-yaml.ts';
import type { PolicySuite, PolicyTest } from './suite.ts';
import { buildWorld, plainContext, policyLink, type World, WorldFlaw } from './world.ts';

type Flaws = readonly BundleFlaw[];

const sharedPath = 'tests/world.yaml';
const mostCases = 20_000;

function isTestFile(path: string): boolean {
  return /^tests\/[^/]+\.yaml$/.test(path);
}

/** The tests of a bundle, or everything that is wrong with how they are written. */
export function readSuites(files: readonly BundleFile[], bundle: PolicyBundle): Result<readonly PolicySuite[], Flaws> {
  const written = files.filter(({ path }) => isTestFile(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const sharedFile = written.find(({ path }) => path === sharedPath);
  const shared = sharedFile === undefined ? undefined : readYaml(sharedFile, testFile);
  if (shared?.ok === false) return shared;
  const suites = written
    .filter(({ path }) => path !== sharedPath)
    .map((file) => readSuite(file, { shared: shared?.value.value ?? {}, bundle }));
  const flaws = suites.flatMap((suite) => (suite.ok ? [] : suite.reason));
  return flaws.length > 0 ? refused(flaws) : ok(suites.flatMap((suite) => (suite.ok ? [suite.value] : [])));
}

type Known = { readonly shared: TestFile; readonly bundle: PolicyBundle };

function readSuite(file: BundleFile, { shared, bundle }: Known): Result<PolicySuite, Flaws> {
  const read = readYaml(file, testFile);
  if (!read.ok) return read;
  const { value, placeOf } = read.value;
  try {
    const world = buildWorld(shared, value);
    const tests = (value.tests ?? []).map((test, at) => readTest(test, { at, world, bundle, read: read.value }));
    return ok({ file: file.path, entities: [...world.entities.values()], tests });
  } catch (fault) {
    if (!(fault instanceof WorldFlaw)) throw fault;
    return refused([{ file: file.path, ...placeOf(fault.path), message: fault.message }]);
  }
}

type Reading = {
  readonly at: number;
  readonly world: World;
  readonly bundle: PolicyBundle;
  readonly read: ReadYaml<TestFile>;
};

function readTest(test: WrittenTest, { at, world, bundle, read }: Reading): PolicyTest {
  const path = ['tests', at];
  const entity =
    (field: string) =>
    (name: string, index?: number): EntityRef =>
      world.entities.get(name)?.uid ??
      flaw(`there is no entity \`${name}\`; add it to \`entities\``, [...path, field, index ?? 0]);
  const contexts = (test.contexts ?? [plainContext]).map((name, index) => {
    const context = world.contexts.get(name);
    return context === undefined
      ? flaw(`there is no context \`${name}\`; add it to \`contexts\``, [...path, 'contexts', index])
      : { name, context };
  });
  for (const [index, action] of test.actions.entries()) {
    if (!isAction(action, bundle)) flaw(`\`${action}\` is no action of the schema`, [...path, 'actions', index]);
  }
  const roles = new Set(bundle.roles.map(({ name }) => name));
  const link = (field: string) => (one: TestLink, index: number) => {
    if (!roles.has(one.role)) flaw(`\`${one.role}\` is no role of this bundle`, [...path, field, index, 'role']);
    return policyLink(one, (name) => entity(field)(name, index));
  };
  const cases = test.principals.length * test.actions.length * test.resources.length * contexts.length;
  if (cases > mostCases) flaw(`a test has at most ${mostCases} cases; this one has ${cases}`, path);
  return {
    name: test.name,
    line: read.placeOf(path).line,
    principals: test.principals.map(entity('principals')),
    actions: test.actions,
    resources: test.resources.map(entity('resources')),
    contexts,
    links: [...world.links.map(link('links')), ...(test.links ?? []).map(link('links'))],
    allowed: test.expect === 'allow',
    because: test.because?.toSorted(),
  };
}

function isAction(name: string, { types }: PolicyBundle): boolean {
  return [...types.actions.values()].some(({ node, principals }) => node.id === name && principals.size > 0);
}

function flaw(message: string, path: readonly PropertyKey[]): never {
  throw new WorldFlaw(message, path);
}
