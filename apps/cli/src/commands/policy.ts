import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailedCase, TestRun } from '@modelward/access';
import type { BundleFile, BundleFlaw } from '@modelward/policy';
import type { Command } from 'commander';
import { type Cli, jsonOption } from '../cli.ts';
import { Problem } from '../problem.ts';
import { caseLine, flawLines } from './policy-flaws.ts';
import { folderArgument, readFolder } from './policy-folder.ts';
import { addMatrix } from './policy-matrix.ts';
import { addPlan } from './policy-plan.ts';

/** `policy`: what a bundle says, before any server has it. Needs no server. */
export function addPolicy(program: Command, cli: Cli): void {
  const policy = program.command('policy').description('policy bundles in a folder: check, test, matrix, plan');
  policy
    .command('check')
    .description('say what is wrong with a bundle: its form, what it means, its tests')
    .argument(...folderArgument)
    .option('--write', 'bring the policies into the one form')
    .option(...jsonOption)
    .action(async (folder: string, options: { write?: boolean; json?: boolean }) => {
      if (options.write === true) await writeForm(folder, cli);
      report(await checkFolder(folder), { cli, json: options.json === true, folder });
    });
  policy
    .command('test')
    .description('run the tests of a bundle')
    .argument(...folderArgument)
    .option(...jsonOption)
    .action(async (folder: string, options: { json?: boolean }) => {
      const { flaws, ...checked } = await checkFolder(folder);
      const unreadable = flaws.filter(({ isForm }) => !isForm);
      report({ ...checked, flaws: unreadable }, { cli, json: options.json === true, folder });
    });
  addMatrix(policy, cli);
  addPlan(policy, cli);
}

type Flaw = BundleFlaw & { readonly isForm: boolean };
type Checked = {
  readonly files: readonly BundleFile[];
  readonly flaws: readonly Flaw[];
  readonly run: TestRun | undefined;
  readonly bundle: { readonly name: string; readonly version: string; readonly digest: string } | undefined;
};

async function checkFolder(folder: string): Promise<Checked> {
  const { checkBundle, formFlaw, outOfForm } = await import('@modelward/access');
  const files = await readFolder(folder);
  const checked = checkBundle(files);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const form = outOfForm(files).map((one) => formFlaw(one, byPath.get(one.path) ?? { path: one.path, text: '' }));
  const flaws = [
    ...form.map((flaw) => ({ ...flaw, isForm: true })),
    ...(checked.ok ? [] : checked.reason.map((flaw) => ({ ...flaw, isForm: false }))),
  ];
  if (!checked.ok) return { files, flaws, run: undefined, bundle: undefined };
  const { name, version, digest } = checked.value.bundle;
  return { files, flaws, run: checked.value.run, bundle: { name, version, digest } };
}

async function writeForm(folder: string, cli: Cli): Promise<void> {
  const { outOfForm } = await import('@modelward/access');
  for (const { path, text } of outOfForm(await readFolder(folder))) {
    await writeFile(join(folder, path), text);
    cli.note(`brought ${path} into form`);
  }
}

type Reporting = { readonly cli: Cli; readonly json: boolean; readonly folder: string };

/** Standard output is for what was asked; a bundle that is not good ends with 1, as JSON or in words. */
function report({ files, flaws, run, bundle }: Checked, { cli, json, folder }: Reporting): void {
  const failed = run?.failed ?? [];
  const found = flaws.map(({ isForm: _, ...flaw }) => flaw);
  if (json) cli.print(JSON.stringify({ bundle, flaws: found, tests: run }, undefined, 2));
  else for (const line of [...found.flatMap((flaw) => flawLines(flaw, files)), ...caseLines(failed)]) cli.print(line);
  if (flaws.length > 0 || run === undefined || failed.length > 0) throw problemOf({ flaws, failed, folder });
  if (!json) cli.print(`${bundle?.name} ${bundle?.version} is good: ${counted(run)}, digest ${bundle?.digest}`);
}

function caseLines(failed: readonly FailedCase[]): readonly string[] {
  const byTest = Map.groupBy(failed, ({ file, line, test }) => `${file}:${line}: test \`${test}\` failed`);
  return [...byTest].flatMap(([title, cases]) => [title, ...cases.map(caseLine)]);
}

function counted({ tests, cases }: TestRun): string {
  return `${tests} tests with ${cases} cases pass`;
}

type Bad = { readonly flaws: readonly Flaw[]; readonly failed: readonly FailedCase[]; readonly folder: string };

function problemOf({ flaws, failed, folder }: Bad): Problem {
  const onlyForm = failed.length === 0 && flaws.every(({ isForm }) => isForm);
  if (onlyForm)
    return new Problem(`${flaws.length} files are not in form`, `npx modelward policy check --write ${folder}`);
  if (flaws.length > 0) return new Problem(`the bundle is refused: ${flaws.length} flaws`, 'mend them and check again');
  return new Problem(
    `${failed.length} cases turned out otherwise than their tests say`,
    'mend the policies or the tests',
  );
}
