import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

type Floor = 'core' | 'services' | 'apps';
const floors: readonly Floor[] = ['core', 'services', 'apps'];

export type WorkspacePackage = {
  readonly name: string;
  readonly floor: Floor;
  /** From the root, with slashes: `core/basics`. */
  readonly folder: string;
  readonly dependencies: readonly string[];
};

type Manifest = { name: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> };

export const packages: readonly WorkspacePackage[] = floors.flatMap((floor) =>
  readdirSync(join(root, floor), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => {
      const folder = `${floor}/${entry.name}`;
      const { name, dependencies = {}, devDependencies = {} } = readManifest(folder);
      return { name, floor, folder, dependencies: Object.keys({ ...dependencies, ...devDependencies }) };
    }),
);

export function packageNamed(name: string): WorkspacePackage | undefined {
  return packages.find((candidate) => candidate.name === name);
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

export type SourceFile = { readonly path: string; readonly text: string };

const notOurs = new Set(['node_modules', '.git', '.parts', 'data', 'keys', 'coverage', 'dist']);

/** Everything written by hand in TypeScript or JavaScript. Paths are from the root, with slashes. */
export const sourceFiles: readonly SourceFile[] = listFiles(root)
  .filter((path) => /\.(ts|tsx|mjs|js)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    // A folder called `data` is somebody's state at the root, and a name like any other below it.
    if (notOurs.has(entry.name) && (folder === root || !['data', 'keys'].includes(entry.name))) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? listFiles(path) : [relative(root, path).split(sep).join('/')];
  });
}

export function sourcesOf(workspacePackage: WorkspacePackage): SourceFile[] {
  return sourceFiles.filter(({ path }) => path.startsWith(`${workspacePackage.folder}/`));
}

/** Tests, and what stands in a package's `testing` folder for its tests alone. */
export function isTest({ path }: SourceFile): boolean {
  return path.endsWith('.test.ts') || path.endsWith('.test.tsx') || path.includes('/src/testing/');
}

const importForms = [
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^\s*import\s*['"]([^'"]+)['"]/gm,
  /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  /\brequire\s*\(\s*['"]([^'"]+)['"]/g,
];

/** What the file imports, in any of the ways there are. */
export function importsOf({ text }: SourceFile): string[] {
  return importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''));
}

/** The file without its comments, for looking at what it does rather than at what it says. */
export function codeOf({ text }: SourceFile): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
