import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleFile, createCompiledEngine } from '@modelward/policy';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkBundle, readBundleFiles } from '../bundles/read-bundle.ts';
import { readMatrixWorld } from '../policy-tests/matrix-world.ts';
import { policiesFolder } from '../testing/world.ts';
import { type Answer, answerWords, type Condition } from './answer.ts';
import { differences } from './difference.ts';
import { type Matrix, namedMatrix, roleMatrix } from './matrix.ts';
import { matrixCsv, matrixTable } from './render.ts';

let files: readonly BundleFile[];
let roles: Matrix;
let people: Matrix;
beforeAll(async () => {
  files = await readBundleFiles(policiesFolder);
  const loaded = load(files);
  roles = roleMatrix(loaded);
  people = namedMatrix(loaded);
}, 60_000);

function load(bundleFiles: readonly BundleFile[]) {
  const checked = checkBundle(bundleFiles);
  const world = readMatrixWorld(files);
  if (!checked.ok || !world.ok) throw new Error(JSON.stringify([checked, world]));
  return { engine: createCompiledEngine(checked.value.bundle), world: world.value };
}

function answer(matrix: Matrix, who: string, action: string, on: string): string {
  const cell = matrix.cells.find((one) => one.who === who && one.action === action && one.on.id === on);
  return cell === undefined ? 'not asked' : answerWords(cell.answer);
}

describe('the matrix of the roles', { timeout: 60_000 }, () => {
  it('is what is written down in the bundle: `modelward policy matrix > tests/access-matrix.txt`', () => {
    const { headings, rows } = matrixTable(roles);
    const widths = headings.map((_, at) => Math.max(...[headings, ...rows].map((row) => row[at]?.length ?? 0)));
    const lines = [headings, ...rows].map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
    expect(lines.join('\n')).toBe(readFileSync(join(policiesFolder, 'tests/access-matrix.txt'), 'utf8').trimEnd());
  });

  it.each([
    ['nobody', 'model.read', 'scores', 'never'],
    ['viewer', 'model.read', 'scores', 'always'],
    ['viewer', 'artifact.read', 'secret-file', 'second-factor and managed-device'],
    ['data-scientist', 'run.delete', 'run', 'owner'],
    ['release-manager', 'version.promote', 'version', 'passkey'],
    ['nobody', 'token.create', 'bob', 'owner and second-factor'],
    ['auditor', 'audit.export', 'record', 'passkey'],
    ['auditor', 'model.read', 'scores', 'never'],
  ])('%s does %s on %s: %s', (who, action, on, words) => {
    expect(answer(roles, who, action, on)).toBe(words);
  });

  it('of services asks for a key and an approval where people show a passkey', () => {
    const services = roleMatrix(load(files), 'Service');
    expect(answer(services, 'release-manager', 'version.promote', 'version')).toBe('key-bound-token and approval');
    expect(answer(services, 'access-approver', 'request.approve', 'request')).toBe('never');
    expect(answer(services, 'data-scientist', 'run.update', 'run')).toBe('always');
  });

  it('asks nothing that the schema does not take', () => {
    expect([...roles.cells, ...people.cells].filter(({ answer: { allowed } }) => allowed === 'undecidable')).toEqual(
      [],
    );
  });
});

it('the matrix of people has those who have a role, also by a group, with all that they have', () => {
  expect(people.who).toContain('ada');
  expect(people.who).not.toContain('nobody');
  expect(answer(people, 'ada', 'model.read', 'scores')).toBe('always');
  expect(answer(people, 'ada', 'model.read', 'live')).toBe('never');
  expect(answer(people, 'job', 'deployment.deploy', 'serving-live')).toBe('key-bound-token and approval');
});

it('as CSV holds a line for each answer, and no formula', () => {
  const lines = matrixCsv(roles).split('\r\n');
  expect(lines).toHaveLength(roles.cells.length + 1);
  expect(lines).toContain(
    '"viewer","artifact.read","Artifact","secret-file","when","second-factor and managed-device"',
  );
  const strange = {
    who: ['=x()'],
    cells: [{ who: '=x()', action: 'a"b', on: { type: 'T', id: '@i' }, answer: { allowed: 'never' } as const }],
  };
  expect(matrixCsv(strange)).toContain(`"'=x()","a""b","T","'@i","never",""`);
});

describe('the difference of two matrices', { timeout: 60_000 }, () => {
  const when = (...sets: Condition[][]): Answer => ({ allowed: 'when', sets });
  const [always, never, unclear]: Answer[] = [
    { allowed: 'always' },
    { allowed: 'never' },
    { allowed: 'undecidable', error: 'x' },
  ];
  const of = (one: Answer | undefined): Matrix => ({
    who: ['w'],
    cells: one === undefined ? [] : [{ who: 'w', action: 'a', on: { type: 'T', id: 'i' }, answer: one }],
  });

  it.each<[string, Answer | undefined, Answer | undefined, string | undefined]>([
    ['the same', when(['passkey']), when(['passkey']), undefined],
    ['the same in another order', when(['owner'], ['passkey']), when(['passkey'], ['owner']), undefined],
    ['never to always', never, always, 'gains'],
    ['what was not there to always', undefined, always, 'gains'],
    ['what was not there to never', undefined, never, undefined],
    ['never to when', never, when(['approval']), 'gains'],
    ['always to what is not there', always, undefined, 'loses'],
    ['when to always', when(['passkey']), always, 'eased'],
    ['more to fewer', when(['passkey', 'managed-device']), when(['passkey']), 'eased'],
    ['a passkey to any sign-in', when(['passkey']), when(['signed-in']), 'eased'],
    ['a managed device to an enrolled one', when(['managed-device']), when(['enrolled-device']), 'eased'],
    ['one way to two', when(['passkey']), when(['passkey'], ['approval']), 'eased'],
    ['always to when', always, when(['signed-in']), 'tightened'],
    ['any sign-in to a passkey', when(['signed-in']), when(['passkey']), 'tightened'],
    ['two ways to one', when(['passkey'], ['approval']), when(['approval']), 'tightened'],
    ['one way to another', when(['passkey']), when(['approval']), 'changed'],
    ['what cannot be asked to always', unclear, always, 'changed'],
    ['what cannot be asked to the same', unclear, unclear, undefined],
  ])('%s', (_, before, after, direction) => {
    expect(differences(of(before), of(after)).map((one) => one.direction)).toEqual(
      direction === undefined ? [] : [direction],
    );
  });

  it('shows who gains what by a widening, and nothing else', () => {
    expect(differences(roles, roles)).toEqual([]);
    const wider = files.map((file) =>
      file.path === 'roles/viewer.cedar'
        ? { ...file, text: file.text.replace('Action::"run.read"', 'Action::"run.read", Action::"run.update"') }
        : file,
    );
    const found = differences(roles, roleMatrix(load(wider)));
    expect(found.map(({ who, action, on, direction }) => [who, action, on.id, direction])).toEqual([
      ['viewer', 'run.update', 'run', 'gains'],
      ['viewer', 'run.update', 'run-of-dan', 'gains'],
    ]);
    const named = differences(people, namedMatrix(load(wider)));
    expect(new Set(named.map(({ who, direction }) => `${who} ${direction}`))).toEqual(new Set(['vera gains']));
  });

  it('shows what a guardrail that was taken out had held', () => {
    const without = files.filter(({ path }) => path !== 'guardrails/restricted-device.cedar');
    const found = differences(roles, roleMatrix(load(without)));
    expect(new Set(found.map(({ direction, on }) => `${direction} ${on.id}`))).toEqual(
      new Set(['eased secret-file', 'eased secret-version']),
    );
  });
});
