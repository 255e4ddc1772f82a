import type { Matrix } from '@modelward/access';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { Problem } from '../problem.ts';
import { table } from '../table.ts';
import { folderArgument, loadFolder } from './policy-folder.ts';

type Options = {
  readonly people?: boolean;
  readonly services?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
};

/** `policy matrix`: who may do what in the world of the bundle's tests, and under which conditions. */
export function addMatrix(policy: Command, cli: Cli): void {
  policy
    .command('matrix')
    .description('every role by every action on everything in the tests’ world: always, never, or with what')
    .argument(...folderArgument)
    .option('--people', 'the people and services of the world with their roles, instead of the roles')
    .option('--services', 'the roles as services have them')
    .option('--csv', 'print CSV, with a line for each answer')
    .option('--json', 'print JSON')
    .action(async (folder: string, options: Options) => print(await matrixOf(folder, options), { cli, options }));
}

async function matrixOf(folder: string, { people, services }: Options): Promise<Matrix> {
  if (people && services) throw new Problem('`--people` and `--services` are two matrices', 'ask for one of them', 2);
  const { namedMatrix, roleMatrix } = await import('@modelward/access');
  const loaded = await loadFolder(folder);
  return people ? namedMatrix(loaded) : roleMatrix(loaded, services ? 'Service' : 'User');
}

async function print(
  matrix: Matrix,
  { cli, options }: { readonly cli: Cli; readonly options: Options },
): Promise<void> {
  const { legend, matrixCsv, matrixTable } = await import('@modelward/access');
  if (options.json) return cli.print(JSON.stringify(matrix, undefined, 2));
  if (options.csv) return cli.print(matrixCsv(matrix));
  const { headings, rows } = matrixTable(matrix);
  for (const line of table(headings, rows)) cli.print(line);
  cli.note(legend);
}
