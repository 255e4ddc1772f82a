import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Result } from '@modelward/basics';
import { type BundleFile, type BundleFlaw, loadBundle, type PolicyBundle } from '@modelward/policy';

/** The bundle that lies in a folder, or everything that is wrong with it. Throws when the folder cannot be read. */
export async function readBundle(folder: string): Promise<Result<PolicyBundle, readonly BundleFlaw[]>> {
  return loadBundle(await readBundleFiles(folder), sha256);
}

/** The files of a bundle as they lie in a folder, by their paths below it. */
export async function readBundleFiles(folder: string): Promise<readonly BundleFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isOfBundle(entry.name));
  return Promise.all(
    files.map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(folder, file).split(sep).join('/'), text: await readFile(file, 'utf8') };
    }),
  );
}

function isOfBundle(name: string): boolean {
  return name === 'manifest.json' || name.endsWith('.cedar') || name.endsWith('.cedarschema');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
