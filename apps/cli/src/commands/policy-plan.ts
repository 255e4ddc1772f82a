import type { Difference, Direction } from '@modelward/access';
import type { PolicyBundle } from '@modelward/policy';
import type { Command } from 'commander';
import { type Cli, jsonOption } from '../cli.ts';
import { Problem } from '../problem.ts';
import { plain } from '../table.ts';
import { caseLine } from './policy-flaws.ts';
import { folderArgument, type LoadedFolder, loadFolder } from './policy-folder.ts';

type Options = { readonly against: string; readonly json?: boolean };

type Plan = {
  readonly before: LoadedFolder;
  readonly after: LoadedFolder;
  readonly roles: readonly Difference[];
  readonly people: readonly Difference[];
};

/** `policy plan`: what a change of a bundle means, before any server has it. */
export function addPlan(policy: Command, cli: Cli): void {
  policy
    .command('plan')
    .description('what a bundle allows that another does not, and the other way round')
    .argument(...folderArgument)
    .requiredOption('--against <folder>', 'the bundle that is there now')
    .option(...jsonOption)
    .action(async (folder: string, options: Options) => {
      const plan = await makePlan(folder, options.against);
      if (options.json === true) cli.print(JSON.stringify(planJson(plan), undefined, 2));
      else for (const line of planLines(plan)) cli.print(line);
      const { failed } = plan.after.run;
      if (failed.length > 0)
        throw new Problem(
          `${failed.length} cases turn out otherwise than the tests say`,
          'mend the policies or the tests',
        );
    });
}

async function makePlan(folder: string, against: string): Promise<Plan> {
  const { differences, namedMatrix, roleMatrix } = await import('@modelward/access');
  const [before, after] = [await loadFolder(against), await loadFolder(folder)];
  // Both are looked at in the world of the new one: what is compared are the policies, not the examples.
  const [was, is] = [{ engine: before.engine, world: after.world }, after];
  return {
    before,
    after,
    roles: differences(roleMatrix(was), roleMatrix(is)),
    people: differences(namedMatrix(was), namedMatrix(is)),
  };
}

const recorded = 'recorded decisions are not replayed: the record does not hold what they were made from';

function planJson({ before, after, roles, people }: Plan) {
  const named = ({ bundle: { name, version, digest } }: LoadedFolder) => ({ name, version, digest });
  return {
    before: named(before),
    after: named(after),
    roles,
    people,
    tests: after.run,
    replay: { done: false, why: recorded },
  };
}

function planLines(plan: Plan): readonly string[] {
  const { before, after, roles, people } = plan;
  const named = ({ bundle: { name, version, digest } }: LoadedFolder) => `${name} ${version} (${digest.slice(0, 12)})`;
  return [
    `from ${named(before)} to ${named(after)}`,
    ...policyLines(before.bundle, after.bundle),
    ...section('roles', roles),
    ...section('people and services of the tests', people),
    ...(after.run.failed.length === 0 ? [`tests: all ${after.run.cases} cases pass`] : ['tests that fail:']),
    ...after.run.failed.map(caseLine),
    recorded,
  ].map(plain);
}

/** Whatever the matrices do not show, because nobody in them is in that situation: it begins with a policy that is another. */
function policyLines(before: PolicyBundle, after: PolicyBundle): readonly string[] {
  const texts = ({ policies }: PolicyBundle) => new Map(policies.map(({ id, text }) => [id, text]));
  const [was, is] = [texts(before), texts(after)];
  const names = (title: string, ids: readonly string[]) => (ids.length === 0 ? [] : [`${title}: ${ids.join(', ')}`]);
  return [
    ...names(
      'policies added',
      [...is.keys()].filter((id) => !was.has(id)),
    ),
    ...names(
      'policies changed',
      [...is.keys()].filter((id) => was.has(id) && was.get(id) !== is.get(id)),
    ),
    ...names(
      'policies taken out',
      [...was.keys()].filter((id) => !is.has(id)),
    ),
    ...(before.schema === after.schema ? [] : ['the schema is another']),
  ];
}

/** What is widened comes first: that is what a reviewer has to see. */
const order: readonly Direction[] = ['gains', 'eased', 'changed', 'tightened', 'loses'];

function section(title: string, found: readonly Difference[]): readonly string[] {
  if (found.length === 0) return [`${title}: nothing changes`];
  const sorted = found.toSorted((a, b) => order.indexOf(a.direction) - order.indexOf(b.direction));
  return [`${title}: ${counts(found)}`, ...sorted.map(differenceLine)];
}

function counts(found: readonly Difference[]): string {
  const numbers = order.map(
    (direction) => [direction, found.filter((one) => one.direction === direction).length] as const,
  );
  return numbers.flatMap(([direction, count]) => (count === 0 ? [] : [`${count} ${direction}`])).join(', ');
}

function differenceLine({ who, action, on, before, after, direction }: Difference): string {
  return `  ${direction.padEnd(9)} ${who} ${action} on ${on.type} ${on.id}: ${words(before)} -> ${words(after)}`;
}

function words(answer: Difference['before']): string {
  if (answer.allowed === 'undecidable') return `undecidable (${answer.error})`;
  return answer.allowed === 'when'
    ? `with ${answer.sets.map((set) => set.join(' and ')).join(', or ')}`
    : answer.allowed;
}
