import type { CheckedBundle, MatrixWorld } from '@modelward/access';
import type { BundleFile, PolicyEngine } from '@modelward/policy';
import { Problem } from '../problem.ts';
import { flawLines } from './policy-flaws.ts';

export const folderArgument = ['[folder]', 'the bundle; `policies` here when absent', 'policies'] as const;

export async function readFolder(folder: string): Promise<readonly BundleFile[]> {
  // Loaded when it is needed: the policy engine is large, and most commands only ask a server.
  const { readBundleFiles } = await import('@modelward/access');
  try {
    return await readBundleFiles(folder);
  } catch (fault) {
    const { code } = fault as { code?: string };
    throw new Problem(
      `the folder \`${folder}\` cannot be read${code === undefined ? '' : ` (${code})`}`,
      'name the folder that holds the manifest.json of the bundle',
    );
  }
}

export type LoadedFolder = CheckedBundle & { readonly engine: PolicyEngine; readonly world: MatrixWorld };

/** A bundle that can be decided with; whether its tests pass is in `run`. */
export async function loadFolder(folder: string): Promise<LoadedFolder> {
  const { checkBundle, readMatrixWorld } = await import('@modelward/access');
  const { createCompiledEngine } = await import('@modelward/policy');
  const files = await readFolder(folder);
  const checked = checkBundle(files);
  const world = readMatrixWorld(files);
  const flaws = [...(checked.ok ? [] : checked.reason), ...(world.ok ? [] : world.reason)];
  if (!checked.ok || !world.ok) {
    const told = flaws.flatMap((flaw) => flawLines(flaw, files)).map((line) => `  ${line}`);
    const next = `mend it and check again with \`npx modelward policy check ${folder}\``;
    throw new Problem([`the bundle in \`${folder}\` is refused`, ...told].join('\n'), next);
  }
  return { ...checked.value, engine: createCompiledEngine(checked.value.bundle), world: world.value };
}
